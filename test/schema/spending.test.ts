import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { queryAt } from '../support/start-app.ts';

let app: KieApp;
beforeAll(async () => {
  app = await startKieApp({}, { durationMs: 60_000 });
});
afterAll(() => app[Symbol.asyncDispose]());

const spending = (args: string) =>
  queryAt<{ spending: unknown }>(
    app.url,
    `{ spending(${args}) { tasks total { amount currency settled }
       byDay { day tasks cost { amount } } byModel { provider model tasks cost { amount } }
       byLabel { label tasks cost { amount } } otherLabels { amount } } }`,
  );

describe('spending', () => {
  it('has the estimates of new tasks under today, their model and their label', async () => {
    const made = await app.as().make('A ring', { label: 'SKU-1', model: 'veo3_fast' });
    const today = new Date().toISOString().slice(0, 10);
    const { spending: report } = await spending(`from: "${today}T23:00:00Z"`);
    const amount = made.cost?.amount;
    expect(amount).toBeGreaterThan(0);
    expect(made.label).toBe('SKU-1');
    expect(report).toEqual({
      tasks: 1,
      total: { amount, currency: 'USD', settled: false },
      byDay: [{ day: today, tasks: 1, cost: { amount } }],
      byModel: [{ provider: 'KIE', model: 'veo3_fast', tasks: 1, cost: { amount } }],
      byLabel: [{ label: 'SKU-1', tasks: 1, cost: { amount } }],
      otherLabels: null,
    });
  });

  it.each(['from: "2026-01-02T00:00:00Z", to: "2026-01-01T23:00:00Z"', 'from: "2020-01-01T00:00:00Z"'])(
    'of %s is BAD_INPUT',
    async (args) => {
      await expect(spending(args)).rejects.toThrow('"code":"BAD_INPUT"');
    },
  );
});
