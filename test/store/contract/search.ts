import { describe, expect, test } from 'vitest';
import type { PageRequest, TaskFilter } from '../../../src/store/task-list.ts';
import type { Store } from '../../../src/store/store.ts';
import type { VideoTask } from '../../../src/domain/video-task.ts';
import { local } from '../../support/sample-task.ts';
import { announced, ids, insert, listOf, now, other, parallel, type StoreTests } from './fixture.ts';

/** Enough tasks for an index of an owner. */
const filling = 260;

const texts = {
  plain: 'Diamond ring on black velvet',
  russian: 'КОЛЬЦО с бриллиантом, Ёлка',
  e: 'елка без точек',
  german: 'STRASSE, Straße und GROẞ',
  turkish: 'İstanbul, ISPARTA, ılık',
  greek: 'ΟΔΟΣ ΟΔΟΣΑ',
  percent: '100% of_it',
  hundred: '100 of it',
  operators: 'ring AND NOT velvet* OR "near" NEAR(a b) -x ^y col:z',
  quotes: `it's; -- drop "table" \\ back`,
  nul: 'before\0after',
  surrogate: 'half \ud83d of one',
  emoji: 'A ring 💍 turns',
  chinese: '戒指在黑色天鹅绒上旋转',
};

/** What is found by each search: names of `texts`. */
const rows: Record<string, readonly (keyof typeof texts)[]> = {
  'DIAMOND RING': ['plain'],
  ring: ['plain', 'operators', 'emoji'],
  кольцо: ['russian'],
  БРИЛЛИАНТ: ['russian'],
  ёлка: ['russian'],
  ЁЛКА: ['russian'],
  елка: ['e'],
  straße: ['german'],
  GROSS: [],
  groß: ['german'],
  strasse: ['german'],
  istanbul: [],
  i̇stanbul: ['turkish'],
  İSTANBUL: ['turkish'],
  isparta: ['turkish'],
  ILIK: [],
  οδος: ['greek'],
  ΟΔΟΣΑ: ['greek'],
  '100%': ['percent'],
  '0% ': ['percent'],
  of_it: ['percent'],
  'f i': ['hundred'],
  'ring and': ['operators'],
  'velvet*': ['operators'],
  '"near" NEAR(': ['operators'],
  'col:z': ['operators'],
  "it's; --": ['quotes'],
  '" \\': ['quotes'],
  'before\0after': ['nul'],
  e_a: [],
  'e\0a': ['nul'],
  '\ud83d of': ['surrogate'],
  '\ufffd': ['nul', 'surrogate'],
  '💍': ['emoji'],
  '\udc8d': ['nul', 'surrogate'],
  戒: ['chinese'],
  戒指: ['chinese'],
  天鹅绒上: ['chinese'],
  '%': ['percent'],
  '*': ['operators'],
  '\\': ['quotes'],
  ё: ['russian'],
  σ: ['greek'],
  'not there': [],
};

/** A search finds the same on every database, with an index and without. */
export function searchContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: search`, () => {
    test(
      'finds every string as it is written, in any letter case and any language, of this owner alone',
      withStore(async (store) => {
        const names = Object.keys(texts) as (keyof typeof texts)[];
        const tasks = new Map<string, VideoTask>();
        for (const each of names) tasks.set(each, await insert(store, { prompt: texts[each] }));
        await insert(store, { owner: other, prompt: Object.values(texts).join(' ') });
        await fill(store);
        const nameOf = new Map([...tasks].map(([each, { id }]) => [id, each]));
        const expected = Object.fromEntries(
          Object.entries(rows).map(([search, found]) => [search, { found, count: found.length }]),
        );
        const search = async () => {
          const found: Record<string, unknown> = {};
          for (const part of Object.keys(rows)) {
            const page = await store.page({ ...listOf(local), from: 'oldest', filter: { search: part } });
            found[part] = {
              found: page.tasks.map(({ id }) => nameOf.get(id)).toReversed(),
              count: (await store.countMatching(local, { search: part })).count,
            };
          }
          return found;
        };
        expect(await search()).toEqual(expected);
        expect(await index(store)).toBeGreaterThan(filling);
        expect(await search()).toEqual(expected);
      }),
      30_000,
    );

    test(
      'pages of a search are newest first in both directions, narrowed by a filter, and change with the tasks',
      withStore(async (store) => {
        await fill(store);
        const found: VideoTask[] = [];
        for (let count = 0; count < 12; count += 1) {
          found.unshift(
            await insert(store, {
              prompt: `Кольцо ${count}`,
              stage: count % 2 === 0 ? 'COMPLETED' : 'GENERATING',
              createdAt: now + count,
            }),
          );
          await insert(store, { owner: other, prompt: 'Кольцо' });
        }
        await index(store);
        const search = 'кольЦО';
        const read = async (filter: TaskFilter, request: Partial<PageRequest> = {}) => {
          const page = await store.page({
            ...listOf(local),
            limit: 3,
            ...request,
            filter: { search, ...filter },
          });
          return [ids(page.tasks), page.hasPreviousPage, page.hasNextPage];
        };
        const middle = found[5]?.number ?? 0;
        const at = (...places: number[]) => places.map((place) => found[place]?.id);
        expect(await read({})).toEqual([at(0, 1, 2), false, true]);
        expect(await read({}, { from: 'oldest' })).toEqual([at(9, 10, 11), true, false]);
        expect(await read({}, { after: middle })).toEqual([at(6, 7, 8), true, true]);
        expect(await read({}, { from: 'oldest', before: middle })).toEqual([at(2, 3, 4), true, true]);
        expect(await read({ status: ['COMPLETED'] }, { after: middle })).toEqual([at(7, 9, 11), true, false]);
        expect(await read({ createdAfter: now + 8 })).toEqual([at(0, 1, 2), false, false]);
        expect(await read({ provider: ['GOOGLE'] })).toEqual([[], false, false]);
        expect(await store.countMatching(local, { search, status: ['COMPLETED'] })).toEqual({
          count: 6,
          isExact: true,
        });
        const upTo = async (most: number, filter: TaskFilter) =>
          (await store.countMatching(local, filter, most)).count;
        expect(await Promise.all([5, 11, 12, 13].map((most) => upTo(most, { search })))).toEqual([
          5, 11, 12, 12,
        ]);
        expect(await upTo(5, { search, status: ['COMPLETED'] })).toBe(5);
        expect(await upTo(5, { status: ['COMPLETED'] })).toBe(5);
        expect(await upTo(5, { createdAfter: now + 2 })).toBe(5);
        expect(await upTo(50, { createdAfter: now + 2 })).toBe(9);

        const [first, second] = found;
        if (first === undefined || second === undefined) throw new Error('There are no tasks');
        await store.change(first.id, () => announced({ deletedAt: now }));
        await store.change(second.id, () => announced({ provider: { taskId: 'veo-РЕДКИЙ-1' } }));
        expect(await read({})).toEqual([at(1, 2, 3), false, true]);
        expect(await read({ search: 'редкий' })).toEqual([at(1), false, false]);
        const added = await insert(store, { prompt: 'и ещё КОЛЬЦО' });
        expect((await read({}))[0]).toEqual([added.id, ...at(1, 2)]);
        expect(await read({ search: 'НЕТ ТАКОГО', idStart: added.id.slice(0, 20).toUpperCase() })).toEqual([
          [added.id],
          false,
          false,
        ]);
        const old = found[11]?.id ?? '';
        expect(await read({ search: 'НЕТ ТАКОГО', idStart: old.slice(0, 2) })).toEqual(
          expect.arrayContaining([expect.arrayContaining([old])]) as unknown,
        );
      }),
      30_000,
    );
  });
}

/** Tasks that no search of a test finds, so that there is something to index. */
async function fill(store: Store): Promise<void> {
  await parallel(filling, (count) => insert(store, { prompt: `...${'xzq'.repeat(count % 7)}` }));
}

async function index(store: Store): Promise<number> {
  let added = 0;
  for (;;) {
    const round = await store.indexSearch(new AbortController().signal);
    added += round.added;
    if (round.isDone) return added;
  }
}
