import { describe, expect, test } from 'vitest';
import { local, randomTaskId } from '../../support/sample-task.ts';
import { announced, insert, insertMany, now, other, parallel, type StoreTests } from './fixture.ts';

const dayMs = 86_400_000;
const estimate = { amount: 0.1, credits: 20, settled: false };

/** The cost of an owner's tasks by day, model and label. */
export function spendingContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: spending`, () => {
    test(
      'is summed by UTC day, model and label, of one owner, within the range, deleted tasks included',
      withStore(async (store) => {
        const tasks = [
          await insert(store, { cost: estimate, label: 'A', createdAt: now }),
          await insert(store, { cost: estimate, label: 'A', createdAt: now + dayMs - 1 }),
          await insert(store, { cost: { ...estimate, amount: 0.45 }, model: 'veo3', createdAt: now + dayMs }),
        ];
        await insert(store, { cost: estimate, createdAt: now - 1 });
        await insert(store, { cost: estimate, createdAt: now + 2 * dayMs });
        await insert(store, { cost: estimate, owner: other, createdAt: now });
        const settled = { amount: 0.2, credits: 40, settled: true };
        await store.change(tasks[0]?.id ?? randomTaskId(), () =>
          announced({ cost: settled, deletedAt: now }),
        );
        await store.change(tasks[1]?.id ?? randomTaskId(), () => ({
          ...announced({ cost: settled }),
          secondBill: { providerTaskId: 'second', cost: estimate },
        }));
        expect(await store.spendingReport(local, { from: now, before: now + 2 * dayMs })).toEqual({
          total: { usd: 0.95, settled: false, tasks: 3 },
          byDay: [
            { day: '2026-01-01', usd: 0.5, settled: false, tasks: 2 },
            { day: '2026-01-02', usd: 0.45, settled: false, tasks: 1 },
          ],
          byModel: [
            { provider: 'KIE', model: 'veo3_fast', usd: 0.5, settled: false, tasks: 2 },
            { provider: 'KIE', model: 'veo3', usd: 0.45, settled: false, tasks: 1 },
          ],
          byLabel: [
            { label: 'A', usd: 0.5, settled: false, tasks: 2 },
            { label: null, usd: 0.45, settled: false, tasks: 1 },
          ],
          otherLabels: null,
        });
      }),
    );

    test(
      'counts each of thousands of tasks of one moment once, and sums up labels beyond 200',
      withStore(async (store) => {
        await parallel(2100, (index) =>
          insert(store, {
            cost: { ...estimate, amount: index < 5 ? 1 : 0.1 },
            label: index < 5 ? 'dear' : `label ${index % 300}`,
          }),
        );
        const report = await store.spendingReport(local, { from: now, before: now + 1 });
        expect(report.total).toEqual({ usd: 214.5, settled: false, tasks: 2100 });
        expect([report.byLabel.length, report.byLabel[0]]).toEqual([
          200,
          { label: 'dear', usd: 5, settled: false, tasks: 5 },
        ]);
        const listed = report.byLabel.reduce((sum, { tasks }) => sum + tasks, 0);
        expect(report.otherLabels?.tasks).toBe(2100 - listed);
      }),
    );

    test(
      'of an owner without tasks is nothing',
      withStore(async (store) => {
        await insertMany(store, 1, () => ({ owner: other, cost: estimate }));
        expect(await store.spendingReport(local, { from: 0, before: now + dayMs })).toEqual({
          total: { usd: 0, settled: true, tasks: 0 },
          byDay: [],
          byModel: [],
          byLabel: [],
          otherLabels: null,
        });
      }),
    );
  });
}
