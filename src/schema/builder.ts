import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { JsonObject, JsonValue, TaskId } from '../domain/video-task.ts';
import type { IncomingFile } from '../commands/upload-reference-image.ts';
import type { Context } from './context.ts';
import { toGlobalId } from './global-id.ts';
import { registerScalars } from './scalars.ts';

/** The types that the schema is built from. Times inside are milliseconds since 1970. */
export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: number; Output: number };
    URL: { Input: string; Output: string };
    File: { Input: IncomingFile; Output: never };
    JSON: { Input: JsonValue; Output: JsonValue | JsonObject };
  };
}

/** What the plugin declares by itself has no texts of its own. */
const relayDescriptions = {
  // Tasks are all that has one.
  nodeTypeOptions: { description: 'Anything that has a global id.', resolveType: () => 'VideoTask' },
  idFieldOptions: { description: 'A global id: opaque, and good for ever.' },
  pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
  pageInfoFieldOptions: { description: 'Where the page stands in the list.' },
  edgesFieldOptions: { nullable: false, description: 'The page, newest first.' },
  nodeFieldOptions: { description: 'The task.' },
  cursorFieldOptions: { description: 'Its place: `after` and `before` take it.' },
  hasNextPageFieldOptions: { description: 'Whether something follows: ask with `after: endCursor`.' },
  hasPreviousPageFieldOptions: {
    description: 'Whether something comes before: ask with `before: startCursor`.',
  },
  startCursorFieldOptions: { description: 'The cursor of the first edge; null on an empty page.' },
  endCursorFieldOptions: { description: 'The cursor of the last edge; null on an empty page.' },
  firstArgOptions: { description: 'How many, from the beginning.' },
  lastArgOptions: { description: 'How many, from the end.' },
  afterArgOptions: { description: 'Only what follows this cursor.' },
  beforeArgOptions: { description: 'Only what comes before this cursor.' },
} as const;

/** A new, empty builder: the schema has no state outside of it. */
export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({
    plugins: [RelayPlugin],
    defaultFieldNullability: false,
    relay: {
      cursorType: 'String',
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      encodeGlobalID: (_type, id) => toGlobalId(id as TaskId),
      ...relayDescriptions,
    },
  });
  registerScalars(builder);
  return builder;
}

/** The schema under construction, as every file of this room gets it. */
export type Builder = ReturnType<typeof createBuilder>;
