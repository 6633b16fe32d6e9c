import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { startPushServer } from '../support/push-server.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { queryAt } from '../support/start-app.ts';

it('totalCount is exact, but of a search not beyond its bound, and totalCountExact tells', async () => {
  const prepare = async (file: string) => {
    await (await openSqliteStore(file))[Symbol.asyncDispose]();
    seedTasks(file, 1003, (index) => ({
      prompt: index < 1000 ? 'Кольцо и серьги' : 'Кольцо',
      label: index < 1001 ? 'sku' : null,
      stage: 'COMPLETED',
      nextAction: null,
      dueAt: null,
    }));
  };
  await using server = await startPushServer({}, undefined, prepare);
  const count = async (filter: string, first = 2) => {
    const { videoTasks } = await queryAt<{ videoTasks: { totalCount: number; totalCountExact: boolean } }>(
      server.url,
      `{ videoTasks(first: ${first}, filter: ${filter}) { totalCount totalCountExact } }`,
    );
    return [videoTasks.totalCount, videoTasks.totalCountExact];
  };
  expect(await count('{ search: "КОЛЬЦО" }')).toEqual([1000, false]);
  expect(await count('{ search: "СЕРЬГИ" }')).toEqual([1000, true]);
  expect(await count('{ search: "серьги", status: [FAILED] }')).toEqual([0, true]);
  expect(await count('{ search: "" }')).toEqual([1003, true]);
  expect(await count('{ status: [COMPLETED] }')).toEqual([1003, true]);
  expect(await count('{ label: "sku" }')).toEqual([1001, true]);
  const { videoTasks } = await queryAt<{ videoTasks: object }>(
    server.url,
    '{ videoTasks(first: 2, filter: { search: "кольцо" }) { totalCountExact } }',
  );
  expect(videoTasks).toEqual({ totalCountExact: false });
});
