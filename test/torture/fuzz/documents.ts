import { RandomDocuments } from '../../support/random-documents.ts';
import { buildSchema } from '../../../src/schema/schema.ts';
import type { Dice } from './dice.ts';

const schema = buildSchema();

/** An operation as a hostile or careless client sends it. */
export interface HostileOperation {
  readonly query: string;
  /** JSON text: no writer of JSON writes all that a reader takes. */
  readonly variables: string;
}

/** `depth` fragments, each of which spreads the next one some times. */
function fragments(dice: Dice): string {
  const depth = dice.from(2, 60);
  const spreads = dice.from(1, 3);
  const last = dice.pick(['id', '...Nope', '...F0', 'retryOf { id }', 'history { at }']);
  const aliased = dice.chance(0.5);
  const inside = (index: number) =>
    Array.from({ length: spreads }, (_, place) =>
      aliased ? `a${place}: retryOf { ...F${index} }` : `...F${index}`,
    ).join(' ');
  const chain = Array.from(
    { length: depth },
    (_, index) => `fragment F${index} on VideoTask { ${index === depth - 1 ? last : inside(index + 1)} }`,
  );
  const root = dice.pick([
    '{ videoTask(id: "task_AAAAAAAAAAAAAAAAAAAAAA") { ...F0 } }',
    '{ videoTasks(first: 200) { edges { node { ...F0 ...F0 } } } }',
    'subscription { taskStatusChanged { ...F0 } }',
  ]);
  return `${root} ${chain.join(' ')}`;
}

/** The same on the type of the root, where rules count fields. */
function rootFragments(dice: Dice): string {
  const depth = dice.from(2, 60);
  const last = dice.pick(['...Nope', '...F0', 'viewer { owner }', '__typename']);
  const chain = Array.from({ length: depth }, (_, index) =>
    index === depth - 1
      ? `fragment F${index} on Query { ${last} }`
      : `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
  );
  return `{ ...F0 } ${chain.join(' ')}`;
}

/** Many fields that each read, under names of their own. */
function wide(dice: Dice): string {
  const field = dice.pick([
    'history { at stage reason }',
    'progress { queuePosition percent }',
    'retryOf { history { at } }',
    'id',
  ]);
  const names = Array.from({ length: dice.from(1, 400) }, (_, index) => `a${index}: ${field}`);
  const list = `videoTasks(first: ${dice.pick([1, 50, 200, 201, -1])}) { edges { node { ${names.join(' ')} } } totalCount }`;
  return dice.chance(0.5)
    ? `{ ${list} }`
    : `{ ${Array.from({ length: dice.from(1, 40) }, (_, index) => `r${index}: ${list.slice(0, 2000)}`).join(' ')} }`;
}

function deep(dice: Dice): string {
  const depth = dice.from(1, 2000);
  return dice.pick([
    `{ ${'a{'.repeat(depth)}${'}'.repeat(depth)} }`,
    `{ videoTask(id: "x") { ${'retryOf { '.repeat(depth)} id ${'}'.repeat(depth)} } }`,
    `{ estimateVideo(input: { prompt: "x", providerOptions: ${'['.repeat(depth)}${']'.repeat(depth)} }) { model } }`,
    `query ($x: ${'['.repeat(depth)}Int${']'.repeat(depth)}) { viewer { owner } }`,
    '('.repeat(depth),
  ]);
}

/** Takes, doubles, moves or replaces pieces of a text. */
export function damaged(text: string, dice: Dice): string {
  let result = text;
  for (let changes = dice.from(1, 5); changes > 0; changes -= 1) {
    const at = dice.below(result.length + 1);
    const end = Math.min(result.length, at + dice.from(0, 20));
    const piece = dice.pick([
      '',
      result.slice(at, end).repeat(2),
      '"',
      '{',
      '}',
      '\\u',
      '\0',
      '💍',
      '\ud800',
      '...',
      '@',
      '$',
      '1e400',
      '#',
      '"""',
    ]);
    result = result.slice(0, at) + piece + result.slice(end);
  }
  return result;
}

const searches = (dice: Dice): string =>
  `query ($s: String) { videoTasks(filter: { search: $s }) { totalCount edges { node { id } } } }${' '.repeat(dice.below(3))}`;

const longText = (dice: Dice): string =>
  JSON.stringify(
    dice.pick(['a', '💍', '%', '_', 'ё', '\0']).repeat(dice.pick([1, 200, 201, 10_000, 400_000])),
  );

const deepJson = (dice: Dice): string => {
  const depth = dice.pick([1, 31, 33, 1000, 9000]);
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
};

/** The next operation of a run. */
export function hostileOperation(dice: Dice): HostileOperation {
  switch (dice.below(9)) {
    case 0:
      return { query: fragments(dice), variables: '{}' };
    case 1:
      return { query: rootFragments(dice), variables: '{}' };
    case 2:
      return { query: wide(dice), variables: '{}' };
    case 3:
      return { query: deep(dice), variables: '{}' };
    case 4:
      return { query: searches(dice), variables: `{"s":${longText(dice)}}` };
    case 5: {
      const { query, variables } = validRequest(dice);
      return { query: damaged(query, dice), variables: JSON.stringify(variables) };
    }
    case 6:
      return {
        query: 'query ($i: GenerateVideoInput!) { estimateVideo(input: $i) { model userErrors { code } } }',
        variables: `{"i":{"prompt":"x","providerOptions":${dice.pick([deepJson(dice), '1e400', '[1e400]', '{"a":-1e999}', '{"":""}'])}}}`,
      };
    case 7:
      return {
        query: 'query ($f: VideoTaskFilter) { videoTasks(filter: $f) { totalCount } }',
        variables: `{"f":{"provider":[${Array.from({ length: dice.pick([1, 100, 40_000]) }, () => '"KIE"').join()}]}}`,
      };
    default: {
      const { query, variables } = validRequest(dice);
      return { query, variables: JSON.stringify(variables) };
    }
  }
}

function validRequest(dice: Dice) {
  const documents = new RandomDocuments(schema, dice.below(2 ** 31), ['task_AAAAAAAAAAAAAAAAAAAAAA']);
  return documents.request(dice.chance(0.8) ? 'query' : 'subscription');
}
