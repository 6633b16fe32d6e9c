import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import type { JsonObject, JsonValue, TaskId } from '../store/video-task.ts';
import type { IncomingFile } from '../tasks/upload-reference-image.ts';
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

/** A new, empty builder: the schema has no state outside of it. */
export function createBuilder() {
  const builder = new SchemaBuilder<SchemaTypes>({
    plugins: [RelayPlugin],
    defaultFieldNullability: false,
    relay: {
      cursorType: 'String',
      nodeQueryOptions: false,
      nodesQueryOptions: false,
      edgesFieldOptions: { nullable: false, description: 'The page, newest first.' },
      encodeGlobalID: (_type, id) => toGlobalId(id as TaskId),
    },
  });
  registerScalars(builder);
  return builder;
}

export type Builder = ReturnType<typeof createBuilder>;
