import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { JsonObject, JsonValue, TaskId } from '../domain/video-task.ts';
import type { IncomingFile } from '../commands/upload-reference-image.ts';
import type { Context } from './context.ts';
import { toGlobalId } from '../domain/task-names/global-id.ts';
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

/** Descriptions of what the plugin itself declares. */
const relayDescriptions = {
  // Tasks are the only nodes.
  nodeTypeOptions: { description: 'An object with a global id.', resolveType: () => 'VideoTask' },
  idFieldOptions: { description: 'A global id: opaque, and valid permanently.' },
  pageInfoTypeOptions: { description: 'The position of a page in its list.' },
  pageInfoFieldOptions: { description: 'The position of the page in the list.' },
  edgesFieldOptions: { nullable: false, description: 'The tasks of the page, newest first.' },
  nodeFieldOptions: { description: 'The task.' },
  cursorFieldOptions: { description: 'The position of the task in the list, for `after` and `before`.' },
  hasNextPageFieldOptions: { description: 'Whether there is a next page: query it with `after: endCursor`.' },
  hasPreviousPageFieldOptions: {
    description: 'Whether there is a previous page: query it with `before: startCursor`.',
  },
  startCursorFieldOptions: { description: 'The cursor of the first edge; null on an empty page.' },
  endCursorFieldOptions: { description: 'The cursor of the last edge; null on an empty page.' },
  firstArgOptions: { description: 'The number of tasks, from the start of the list.' },
  lastArgOptions: { description: 'The number of tasks, from the end of the list.' },
  afterArgOptions: { description: 'Returns only tasks after this cursor.' },
  beforeArgOptions: { description: 'Returns only tasks before this cursor.' },
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

/** The schema under construction, as every file of this module receives it. */
export type Builder = ReturnType<typeof createBuilder>;
