import { readFile, readdir } from 'node:fs/promises';
import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  type GraphQLSchema,
} from 'graphql';
import { expect, it } from 'vitest';
import { printedSchema } from '../../src/schema/print.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

/** The sections of CHANGELOG.md by their version, the newest first; `Unreleased` has what is on main since. */
async function readChangelog(): Promise<Map<string, string>> {
  const sections = (await read('CHANGELOG.md')).split(/^## /m).slice(1);
  return new Map(sections.map((section) => [/^\[([^\]]+)\]/.exec(section)?.[1] ?? section, section]));
}

/** Released schemas by their version, the oldest first. */
async function readReleases(): Promise<Map<string, GraphQLSchema>> {
  const names = (await readdir(new URL('docs/releases/', root))).filter((name) => name.startsWith('schema-'));
  const versions = names.map((name) => name.slice('schema-'.length, -'.graphql'.length));
  const inOrder = versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const schemas = inOrder.map(async (version): Promise<[string, GraphQLSchema]> => {
    return [version, buildSchema(await read(`docs/releases/schema-${version}.graphql`))];
  });
  return new Map(await Promise.all(schemas));
}

/** Breaking changes that a section of the changelog does not repeat word for word. */
const unannounced = (before: GraphQLSchema, after: GraphQLSchema, section: string): string[] => {
  const words = section.replaceAll(/\s+/g, ' ');
  return findBreakingChanges(before, after)
    .map(({ description }) => description)
    .filter((description) => !words.includes(description));
};

/** Whatever a client can name that is deprecated, by its path. */
function deprecations(schema: GraphQLSchema): { path: string; reason: string }[] {
  const found: { path: string; reason: string }[] = [];
  const note = (
    path: string,
    { deprecationReason: reason }: { deprecationReason?: string | null | undefined },
  ) => {
    if (typeof reason === 'string') found.push({ path, reason });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type)) {
      for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        note(`${type.name}.${field.name}`, field);
        for (const argument of field.args) note(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    }
  }
  return found;
}

/** Deprecations that do not say what to use instead, or not since when. */
const undated = (schema: GraphQLSchema): string[] =>
  deprecations(schema)
    .filter(({ reason }) => !/\b20\d\d-\d\d-\d\d\b/.test(reason) || reason.length < 20)
    .map(({ path, reason }) => `${path}: ${reason}`);

it('each release has its section in the changelog, its schema, and the newest is the version of the package', async () => {
  const versions = [...(await readChangelog()).keys()].filter((version) => version !== 'Unreleased');
  const { version } = JSON.parse(await read('package.json')) as { version: string };
  expect([...(await readReleases()).keys()].toReversed()).toEqual(versions);
  expect(versions[0]).toBe(version);
});

it('breaks no operation of the last release without saying so in the changelog', async () => {
  const changelog = await readChangelog();
  const releases = [...(await readReleases()), ['Unreleased', buildSchema(printedSchema())] as const];
  const found = releases.slice(1).flatMap(([version, schema], index) => {
    const before = releases[index]?.[1] ?? schema;
    return unannounced(before, schema, changelog.get(version) ?? '').map((change) => `${version}: ${change}`);
  });
  expect(releases.length).toBeGreaterThan(2);
  expect(found).toEqual([]);
});

it('deprecates with a reason and a date', () => {
  expect(undated(buildSchema(printedSchema()))).toEqual([]);
});

it('finds a change that is not announced, and a deprecation without a date', () => {
  const before = buildSchema('type Query { a: Int, b: Int }');
  const after = buildSchema(
    'type Query { a: Int @deprecated, c(d: Int @deprecated(reason: "Use e.")): Int }',
  );
  const change = 'Field Query.b was removed.';
  expect(unannounced(before, after, 'nothing')).toEqual([change]);
  expect(unannounced(before, after, '- Field Query.b\n  was removed. Use c.')).toEqual([]);
  expect(undated(after)).toEqual(['Query.a: No longer supported', 'Query.c(d:): Use e.']);
});
