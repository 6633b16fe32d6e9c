import { describe, expect, test } from 'vitest';
import type { Page, PageRequest } from '../../../src/store/task-list.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  statusOf,
  type Owner,
  type ProviderName,
  type Stage,
  type TaskId,
  type VideoTask,
} from '../../../src/domain/video-task.ts';
import { local, randomTaskId } from '../../support/sample-task.ts';
import { other, now, announced, insert, insertMany, ids, listOf, type StoreTests } from './fixture.ts';

/** Lists pass each task once, narrowed by filters and search. */
export function pagesContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: pages`, () => {
    test(
      'the first page from either end is newest first, with the revision of that moment',
      withStore(async (store) => {
        const tasks = (await insertMany(store, 5)).toReversed();
        await insert(store, { owner: other });
        expect(await store.page({ ...listOf(local), limit: 2 })).toEqual({
          tasks: tasks.slice(0, 2),
          hasNextPage: true,
          hasPreviousPage: false,
          reached: null,
          revision: 6,
        });
        expect(await store.page({ ...listOf(local), from: 'oldest', limit: 2 })).toEqual({
          tasks: tasks.slice(3),
          hasNextPage: false,
          hasPreviousPage: true,
          reached: null,
          revision: 6,
        });
        expect(await store.page({ ...listOf(local), limit: 5 })).toEqual({
          tasks,
          hasNextPage: false,
          hasPreviousPage: false,
          reached: null,
          revision: 6,
        });
        expect(await store.page(listOf('key:nobody' as Owner))).toEqual({
          tasks: [],
          hasNextPage: false,
          hasPreviousPage: false,
          reached: null,
          revision: 6,
        });
      }),
    );

    test(
      'a walk from either end passes every task exactly once, while others are added and change',
      withStore(async (store) => {
        const tasks = await insertMany(store, 23);
        const meanwhile = async () => {
          await store.change(tasks[3]?.id ?? randomTaskId(), ({ work: { checks } }) =>
            announced({ work: { checks: checks + 1 } }),
          );
        };
        expect(await walk(store, 'newest', 5, meanwhile)).toEqual(ids(tasks).toReversed());
        expect(await walk(store, 'oldest', 5, meanwhile)).toEqual(ids(tasks).toReversed());
        const added: TaskId[] = [];
        const adding = async () => {
          added.push((await insert(store)).id);
        };
        expect(await walk(store, 'newest', 4, adding)).toEqual(ids(tasks).toReversed());
        const all = [...ids(tasks), ...added];
        expect(await walk(store, 'newest', 1, meanwhile)).toEqual(all.toReversed());
        expect(await walk(store, 'oldest', 1000, meanwhile)).toEqual(all.toReversed());
      }),
    );

    test(
      'between two places are the tasks between them, from either end',
      withStore(async (store) => {
        const tasks = await insertMany(store, 9);
        const between = { ...listOf(local), after: 8, before: 2 };
        const inner = tasks.slice(2, 7).toReversed();
        expect((await store.page(between)).tasks).toEqual(inner);
        expect((await store.page({ ...between, limit: 2 })).tasks).toEqual(inner.slice(0, 2));
        expect((await store.page({ ...between, from: 'oldest', limit: 2 })).tasks).toEqual(inner.slice(3));
      }),
    );

    test(
      'a deleted task is in no page and no total',
      withStore(async (store) => {
        const [first, second, third] = await insertMany(store, 3);
        await store.change(second?.id ?? randomTaskId(), () => announced({ deletedAt: now }));
        expect((await store.page(listOf(local))).tasks).toEqual([third, first]);
        expect(await store.countMatching(local, {})).toEqual({ count: 2, isExact: true });
        expect(await store.countMatching(local, { status: ['QUEUED'] })).toEqual({ count: 2, isExact: true });
      }),
    );

    test(
      'filters narrow the page and its total, alone and together',
      withStore(async (store) => {
        const stages: Stage[] = [
          'WAITING',
          'SUBMITTING',
          'SUBMISSION_UNKNOWN',
          'GENERATING',
          'COMPLETED',
          'FAILED',
          'CANCELED',
        ];
        const providers: ProviderName[] = ['KIE', 'GOOGLE'];
        const tasks = await insertMany(store, 14, (index) => ({
          stage: stages[index % 7] ?? 'WAITING',
          provider: providers[index % 2] ?? 'KIE',
          createdAt: now + index,
          completedAt: index % 7 < 4 ? null : now + 100 + index,
          label: index % 3 === 0 ? null : `label ${index % 2}`,
          group: index % 4 === 0 ? 'Gruppe ✓' : null,
        }));
        const rows: { filter: PageRequest['filter']; matches: (task: VideoTask) => boolean }[] = [
          { filter: { status: ['QUEUED'] }, matches: ({ stage }) => statusOf(stage) === 'QUEUED' },
          {
            filter: { status: ['PROCESSING', 'FAILED'] },
            matches: ({ stage }) => ['PROCESSING', 'FAILED'].includes(statusOf(stage)),
          },
          { filter: { status: [] }, matches: () => false },
          { filter: { stage: ['SUBMITTING'] }, matches: ({ stage }) => stage === 'SUBMITTING' },
          {
            filter: { stage: ['SUBMITTING', 'FAILED'], status: ['QUEUED'] },
            matches: ({ stage }) => stage === 'SUBMITTING',
          },
          { filter: { stage: [] }, matches: () => false },
          {
            filter: {
              stage: Array.from({ length: 40_000 }, () => 'FAILED' as const),
              status: Array.from({ length: 40_000 }, () => 'FAILED' as const),
              provider: Array.from({ length: 40_000 }, () => 'GOOGLE' as const),
            },
            matches: ({ stage, provider: { name: provider } }) => stage === 'FAILED' && provider === 'GOOGLE',
          },
          {
            filter: { provider: ['GOOGLE'] },
            matches: ({ provider: { name: provider } }) => provider === 'GOOGLE',
          },
          { filter: { provider: ['SIMULATOR'] }, matches: () => false },
          { filter: { provider: [] }, matches: () => false },
          { filter: { label: 'label 1' }, matches: ({ spec: { label } }) => label === 'label 1' },
          { filter: { label: 'LABEL 1' }, matches: () => false },
          { filter: { label: '' }, matches: () => false },
          { filter: { group: 'Gruppe ✓' }, matches: ({ spec: { group } }) => group === 'Gruppe ✓' },
          {
            filter: { label: 'label 0', group: 'Gruppe ✓', status: ['PROCESSING', 'FAILED'], search: 'RING' },
            matches: ({ stage, spec: { label, group } }) =>
              label === 'label 0' &&
              group === 'Gruppe ✓' &&
              ['PROCESSING', 'FAILED'].includes(statusOf(stage)),
          },
          {
            filter: { endedAfter: now + 106 },
            matches: ({ result: { completedAt } }) => completedAt !== null && completedAt > now + 106,
          },
          { filter: { createdAfter: now + 5 }, matches: ({ createdAt }) => createdAt > now + 5 },
          { filter: { createdBefore: now + 5 }, matches: ({ createdAt }) => createdAt < now + 5 },
          {
            filter: {
              status: ['COMPLETED', 'QUEUED'],
              provider: ['KIE'],
              createdAfter: now,
              createdBefore: now + 12,
            },
            matches: ({ stage, provider: { name: provider }, createdAt }) =>
              ['COMPLETED', 'QUEUED'].includes(statusOf(stage)) &&
              provider === 'KIE' &&
              createdAt > now &&
              createdAt < now + 12,
          },
        ];
        const found = await Promise.all(
          rows.map(async ({ filter }) => {
            const page = await store.page({ ...listOf(local), filter });
            return {
              filter,
              ids: ids(page.tasks),
              totalCount: (await store.countMatching(local, filter)).count,
            };
          }),
        );
        expect(found).toEqual(
          rows.map(({ filter, matches }) => {
            const expected = tasks.filter(matches).toReversed();
            return { filter, ids: ids(expected), totalCount: expected.length };
          }),
        );
      }),
    );

    test(
      'a search looks into prompt, label and both ids, in any language and case, and takes each letter as it is',
      withStore(async (store) => {
        const prompts = {
          german: 'Ein RING aus Österreich',
          chinese: '一枚戒指在黑色天鹅绒上旋转',
          russian: 'Кольцо на бархате',
          percent: 'Sharp: 100% of it',
          hundred: 'Sharp: 100 of it',
          under: 'file_name',
          dash: 'file-name',
          backslash: 'a\\b',
          quote: `it's "so"`,
          emoji: 'A ring 💍 turns',
        };
        const made = new Map<string, VideoTask>();
        for (const [key, prompt] of Object.entries(prompts)) made.set(key, await insert(store, { prompt }));
        made.set('label', await insert(store, { prompt: '', label: 'SKU-77 Äther' }));
        made.set('theirs', await insert(store, { prompt: '', providerTaskId: 'veo_TASK_42' }));
        await insert(store, { owner: other, prompt: Object.values(prompts).join(' ') });
        const nameOf = new Map([...made].map(([key, { id }]) => [id, key]));

        const rows: Record<string, string[]> = {
          ring: ['german', 'emoji'],
          österreich: ['german'],
          ÖSTERREICH: ['german'],
          戒指: ['chinese'],
          кольцо: ['russian'],
          '100%': ['percent'],
          '%': ['percent'],
          e_n: ['under'],
          _: ['under', 'theirs'],
          '\\': ['backslash'],
          '\'s "': ['quote'],
          '💍': ['emoji'],
          'sku-77 ä': ['label'],
          VEO_task: ['theirs'],
          'not there': [],
          '': [...made.keys()],
        };
        const found = await Promise.all(
          Object.keys(rows).map(async (search) => {
            const { tasks } = await store.page({ ...listOf(local), filter: { search } });
            const { count: totalCount } = await store.countMatching(local, { search });
            const names = tasks.map(({ id }) => nameOf.get(id)).toReversed();
            return [search, { names, totalCount }];
          }),
        );
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries(
            Object.entries(rows).map(([search, names]) => [search, { names, totalCount: names.length }]),
          ),
        );
        const [anyone] = made.values();
        const byId = await store.page({
          ...listOf(local),
          filter: { search: anyone?.id.slice(2, 20) ?? '' },
        });
        expect(byId.tasks).toEqual([anyone]);
      }),
    );

    test(
      'a search string longer than any prompt has an answer',
      withStore(async (store) => {
        const prompt = '%戒'.repeat(30_000);
        const task = await insert(store, { prompt });
        expect((await store.page({ ...listOf(local), filter: { search: prompt } })).tasks).toEqual([task]);
        const longer = await store.page({ ...listOf(local), filter: { search: `${prompt}x` } });
        expect(longer.tasks).toEqual([]);
      }),
    );
  });
}

/** Pages through all tasks by cursors; the ids newest first, whichever end it began at. */
async function walk(
  store: Store,
  from: 'newest' | 'oldest',
  limit: number,
  betweenPages: () => Promise<void>,
): Promise<TaskId[]> {
  const seen: TaskId[] = [];
  let page: Page = await store.page({ ...listOf(local), from, limit });
  for (;;) {
    if (from === 'newest') seen.push(...ids(page.tasks));
    else seen.unshift(...ids(page.tasks));
    const last = from === 'newest' ? page.tasks.at(-1) : page.tasks[0];
    if (last === undefined || !(from === 'newest' ? page.hasNextPage : page.hasPreviousPage)) return seen;
    await betweenPages();
    page = await store.page({
      ...listOf(local),
      from,
      limit,
      ...(from === 'newest' ? { after: last.number } : { before: last.number }),
    });
  }
}
