import { writeFileSync } from 'node:fs';
import { introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from './schema.ts';

/** The text of `schema.graphql`. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`;

/** The text of `client/studio/graphql-env.d.ts`: the schema as types, which the studio's operations are checked by. */
export async function printedTypes(): Promise<string> {
  const { minifyIntrospection, outputIntrospectionFile } = await import('@gql.tada/internal');
  const introspection = minifyIntrospection(introspectionFromSchema(lexicographicSortSchema(buildSchema())));
  return outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
}

if (import.meta.main) {
  writeFileSync(new URL('../../schema.graphql', import.meta.url), printedSchema());
  writeFileSync(new URL('../../client/studio/graphql-env.d.ts', import.meta.url), await printedTypes());
}
