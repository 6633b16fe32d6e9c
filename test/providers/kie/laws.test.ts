import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecord } from '../../../src/providers/kie/check/check-response.ts';
import { readSubmitAnswer } from '../../../src/providers/kie/submit/submit-response.ts';
import { answerOf, records, taskId, type RecordRow } from './records.ts';

const runs = { numRuns: 10_000 };
const fewer = { numRuns: 2000 };

/** Fields that contain the state of a task: a mutation that must not change the result leaves these alone. */
const keyNames = new Set(['code', 'data', 'state', 'status', 'successFlag', 'result', 'response']);

interface Mutation {
  /** Which of the places, counted round and round. */
  readonly place: number;
  /** Undefined removes it. */
  readonly value: fc.JsonValue | undefined;
}

const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    place: fc.nat(1000),
    value: fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        'constructor',
        '__proto__',
        'success',
        'fail',
        'https://x.example/a.mp4',
        '',
        0,
        1,
        2,
        3,
        null,
      ),
      fc.constant(undefined),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** A body with some of its members replaced or removed. */
function mutate(body: unknown, changes: readonly Mutation[], isProtected: (key: string) => boolean): unknown {
  const copy = structuredClone(body);
  for (const { place, value } of changes) {
    const places = membersOf(copy).filter(({ key }) => !isProtected(key));
    const chosen = places[place % Math.max(1, places.length)];
    if (chosen === undefined) continue;
    if (value === undefined) delete chosen.holder[chosen.key];
    else chosen.holder[chosen.key] = value;
  }
  return copy;
}

function membersOf(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...membersOf(holder[key])]);
}

const rowsOf = (kind: RecordRow['verdict']['kind']) =>
  records.filter(
    ({ verdict, status, body }) => verdict.kind === kind && status === undefined && body !== null,
  );

const mutated = (kind: RecordRow['verdict']['kind']) =>
  fc
    .tuple(fc.constantFrom(...rowsOf(kind)), mutations)
    .map(([{ body }, changes]) => mutate(body, changes, (key) => keyNames.has(key)));

const kinds = new Set(['processing', 'completed', 'failed', 'notFound', 'unavailable', 'unknown']);

/** Everything that a body says about a state, wherever it says it. */
const signsIn = (value: unknown): string[] =>
  membersOf(value)
    .filter(({ key }) => ['state', 'status', 'successFlag'].includes(key))
    .map(({ holder, key }) => JSON.stringify(holder[key]).replaceAll('"', '').trim().toLowerCase());

const says = (signs: readonly string[], ...wanted: readonly string[]) =>
  signs.some((sign) => wanted.includes(sign));

/** A body's `code`, where it is one. */
function codeOf(body: unknown): number | null {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
  return typeof code === 'number' || typeof code === 'string' ? Number(code) : null;
}

/** What breaks a law, the smallest that was found; null when nothing does. */
function exception<T>(values: fc.Arbitrary<T>, law: (value: T) => boolean, { numRuns } = fewer) {
  const { counterexample, errorInstance, seed } = fc.check(fc.property(values, law), { numRuns });
  return counterexample === null ? null : { counterexample, error: String(errorInstance), seed };
}

/** At the seed's route, where the most is believed. */
const kindOf = (body: unknown) => readRecord(answerOf(body), taskId, 'task').kind;

describe('for any answer to a status request', () => {
  const anyBody = fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(fc.constantFrom(...records), mutations)
      .map(([{ body }, changes]) => mutate(body, changes, () => false)),
    fc
      .tuple(fc.constantFrom(...records), fc.nat(400))
      .map(([{ body }, length]) => JSON.stringify(body).slice(0, length)),
  );
  const anyAnswer = fc.tuple(anyBody, fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 599 })));

  it('there is a result, and it follows from the response alone', () => {
    const law = ([body, status]: [unknown, number]) => {
      const verdict = readRecord(answerOf(body, status), taskId, 'task');
      const signs = signsIn(body);
      if (verdict.kind === 'completed') {
        return (
          JSON.stringify(body).includes(JSON.stringify(verdict.url).slice(1, -1)) &&
          (signs.every((sign) => ['null', '200', ''].includes(sign)) ||
            says(signs, '1', 'success', 'completed', 'succeeded'))
        );
      }
      if (verdict.kind === 'failed') {
        return codeOf(body) === 501 || says(signs, '2', '3', 'fail', 'failed', 'error');
      }
      return kinds.has(verdict.kind);
    };
    expect(exception(anyAnswer, law, runs)).toBeNull();
  });

  it('no task fails by one that does not name it', () => {
    const law = ([body, status]: [unknown, number]) =>
      readRecord(answerOf(body, status), taskId, 'jobs').kind !== 'failed' ||
      ((status === 200 || status === codeOf(body)) &&
        (codeOf(body) === 501 || JSON.stringify(body).includes(taskId)));
    expect(exception(anyAnswer, law, runs)).toBeNull();
  });

  it('what is processing never ends by what is beside its state', () => {
    const law = (body: unknown) => !['completed', 'failed'].includes(kindOf(body));
    expect(exception(mutated('processing'), law)).toBeNull();
  });

  it.each(['unknown', 'notFound', 'unavailable'] as const)(
    'a record that is %s and has no state never fails by its other fields',
    (kind) => {
      const law = (body: unknown) => signsIn(body).length > 0 || kindOf(body) !== 'failed';
      expect(exception(mutated(kind), law)).toBeNull();
    },
  );

  it.each([
    ['completed', 'failed'],
    ['failed', 'completed'],
  ] as const)('what is %s never becomes %s by what is beside its state', (kind, never) => {
    expect(exception(mutated(kind), (body) => kindOf(body) !== never)).toBeNull();
  });
});

describe('for any answer to a paid create', () => {
  const anyBody = fc.oneof(
    fc.jsonValue(),
    fc.record({
      code: fc.oneof(fc.integer({ min: 100, max: 600 }), fc.jsonValue()),
      msg: fc.oneof(fc.string(), fc.jsonValue()),
      data: fc.oneof(fc.jsonValue(), fc.record({ taskId: fc.oneof(fc.string(), fc.constant(taskId)) })),
    }),
    fc.string(),
  );
  const anyAnswer = fc.tuple(anyBody, fc.integer({ min: 100, max: 599 }));

  it('an outcome is accepted by an id, "not now" by its two codes, refused by a documented code, else unknown', () => {
    const law = ([body, status]: [unknown, number]) => {
      const outcome = readSubmitAnswer('Kie.ai', answerOf(body, status));
      const code = codeOf(body) ?? 0;
      switch (outcome.kind) {
        case 'accepted':
          return JSON.stringify(body).includes(outcome.providerTaskId);
        case 'notSent':
          return [200, code].includes(status) && [429, 455].includes(code);
        case 'refused':
          return (
            [200, code].includes(status) &&
            outcome.error.billed === 'NO' &&
            [400, 401, 402, 404, 422, 433, 451, 505].includes(code)
          );
        case 'unknown':
          return true;
        default:
          return outcome satisfies never;
      }
    };
    expect(exception(anyAnswer, law, runs)).toBeNull();
  });
});
