import { expect, it } from 'vitest';
import type { Request } from '../../client/studio/api/request.ts';
import { everything } from '../../client/studio/live/filter.ts';
import { TaskPages } from '../../client/studio/live/pages.ts';
import { TaskStore } from '../../client/studio/live/task-store.ts';
import { shownTask } from './sample.ts';

/** A server whose responses are pages of so many tasks; each but the last says that there is more. */
function pagesOf(...sizes: number[]) {
  const asked: unknown[] = [];
  const ask = (_operation: unknown, variables: object) => {
    const place = asked.push(variables);
    const isLast = place === sizes.length;
    return Promise.resolve({
      videoTasks: {
        edges: Array.from({ length: sizes[place - 1] ?? 0 }, (_, index) => ({
          node: shownTask({ id: `task_${place}_${index}`, createdAt: `2026-01-${31 - place}T00:00:00.000Z` }),
        })),
        pageInfo: {
          startCursor: `start ${place}`,
          endCursor: `end ${place}`,
          hasNextPage: !isLast,
          hasPreviousPage: !isLast,
        },
        revision: `a-${place}`,
      },
    });
  };
  return { asked, ask: ask as Request };
}

const filter = { ...everything, search: 'ring' };

it('a list goes on reading where the server ends pages of a search early', async () => {
  const { asked, ask } = pagesOf(0, 3, 0, 47, 50);
  const pages = new TaskPages(ask, new TaskStore(() => null));
  // Changes since the first of them were read are missed by none.
  expect(await pages.readMore(filter)).toBe('a-1');
  expect(asked.map((variables) => (variables as { after: string | null }).after)).toEqual([
    null,
    'end 1',
    'end 2',
    'end 3',
  ]);
  expect(pages.reading(filter).get()).toMatchObject({ state: 'idle', cursor: 'end 4', hasMore: true });
});

it('a list that ends without a task says so', async () => {
  const { asked, ask } = pagesOf(0, 0, 0);
  const pages = new TaskPages(ask, new TaskStore(() => null));
  await pages.readMore({ ...filter, sort: 'oldest' });
  expect(asked.map((variables) => (variables as { before: string | null }).before)).toEqual([
    null,
    'start 1',
    'start 2',
  ]);
  expect(pages.reading({ ...filter, sort: 'oldest' }).get()).toMatchObject({ state: 'idle', hasMore: false });
});
