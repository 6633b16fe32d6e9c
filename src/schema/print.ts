import { writeFileSync } from 'node:fs';
import { introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from './schema.ts';

/**
 * graphql-js leaves out directives that it knows itself. `@oneOf` is so new that tools which read the file (graphql-js
 * 15 and 16.8, graphql-core, code generators) refuse it without a definition; newer ones accept the definition.
 */
const oneOfDefinition = `"""Exactly one field of the input object must be given, and it must not be null."""
directive @oneOf on INPUT_OBJECT`;

/** The text of `schema.graphql`. */
export const printedSchema = (): string =>
  `${oneOfDefinition}\n\n${printSchema(lexicographicSortSchema(buildSchema()))}\n`;

/** The text of `client/studio/graphql-env.d.ts`: the schema as types, which the studio's operations are checked by. */
export async function printedTypes(): Promise<string> {
  const { minifyIntrospection, outputIntrospectionFile } = await import('@gql.tada/internal');
  const introspection = minifyIntrospection(introspectionFromSchema(lexicographicSortSchema(buildSchema())));
  const text = outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
  // Its head silences linters, which leave the file out anyway.
  return text.replace(/^(?:\/\*.*\*\/\n)+/, '');
}

if (import.meta.main) {
  writeFileSync(new URL('../../schema.graphql', import.meta.url), printedSchema());
  writeFileSync(new URL('../../client/studio/graphql-env.d.ts', import.meta.url), await printedTypes());
}
