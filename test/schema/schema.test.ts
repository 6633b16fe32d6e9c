import { readFileSync } from 'node:fs';
import {
  buildSchema as readSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  Kind,
  lexicographicSortSchema,
  parse,
  printSchema,
  visit,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { printedSchema, printedTypes } from '../../src/schema/print.ts';
import { buildSchema } from '../../src/schema/schema.ts';

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** Each thing that a client can name, with its path. */
function* everyName(): Generator<{ path: string; description: string | null | undefined }> {
  const at = (path: string, { name, description }: Described) => ({ path: `${path}${name}`, description });
  for (const type of Object.values(buildSchema().getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    yield at('', type);
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield at(`${type.name}.`, value);
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) yield at(`${type.name}.`, field);
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield at(`${type.name}.`, field);
        for (const argument of field.args) yield at(`${type.name}.${field.name}.`, argument);
      }
    }
  }
}

describe('the schema', () => {
  it('is the one that schema.graphql prints: npm run schema', () => {
    expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(printedSchema());
  });

  it('is the one that the studio is checked by: npm run schema', async () => {
    const file = new URL('../../client/studio/graphql-env.d.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(await printedTypes());
  });

  it('defines every directive that it uses, save those that each tool knows, and reads back as itself', () => {
    const text = printedSchema();
    const used = new Set<string>();
    const defined = new Set(['deprecated', 'include', 'skip', 'specifiedBy']);
    visit(parse(text), {
      [Kind.DIRECTIVE]: ({ name }) => void used.add(name.value),
      [Kind.DIRECTIVE_DEFINITION]: ({ name }) => void defined.add(name.value),
    });
    expect(used).toContain('oneOf');
    expect([...used].filter((name) => !defined.has(name))).toEqual([]);
    expect(text).toMatch(/^directive @oneOf on INPUT_OBJECT$/m);
    const sorted = printSchema(lexicographicSortSchema(buildSchema()));
    expect(printSchema(readSchema(text))).toBe(sorted);
  });

  it('describes every type, field, argument and value', () => {
    const names = [...everyName()];
    expect(names.length).toBeGreaterThan(150);
    expect(names.filter(({ description }) => !description?.trim()).map(({ path }) => path)).toEqual([]);
  });
});
