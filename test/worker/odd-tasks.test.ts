import { describe, expect, it } from 'vitest';
import { startKieApp, type Caller } from '../support/kie-app.ts';

/** Faults of one record, as a provider reports them. */
const faults = ['check-http=500', 'check-http=500', 'check-code=500', 'check-huge', 'check-drop'];

const healthOf = async (caller: Caller) =>
  (await caller.query<{ providers: { health: string }[] }>('{ providers { health } }')).providers[0]?.health;

describe('tasks whose own records are faulty', () => {
  it('delay no other task, and end by patience with a hint', async () => {
    await using app = await startKieApp({ PATIENCE_MS: '5000', PROVIDER_TIMEOUT_MS: '5000' });
    const caller = app.as();
    const odd = await Promise.all(faults.map((fault, index) => caller.make(`odd ${index} [sim:${fault}]`)));
    for (const { id } of odd) await caller.until(id, 'a check', ({ checks }) => checks > 0);
    // One that is sent while they alone are there to ask for, and one that is asked for all the time.
    const [sent] = await Promise.all([caller.make('fox'), caller.make('owl [sim:stuck]')]);
    await caller.untilStage(sent.id, 'COMPLETED');
    for (const { id } of odd) {
      const hinted = await caller.until(
        id,
        'a hint',
        ({ hint, stage }) => hint !== null || stage === 'FAILED',
      );
      expect([hinted.stage, hinted.hint]).toEqual([
        'GENERATING',
        expect.stringMatching(/checks continue|checking goes on/i),
      ]);
    }
    for (const { id } of odd) {
      expect((await caller.untilStage(id, 'FAILED')).error).toMatchObject({ code: 'GAVE_UP' });
    }
  });

  it('are checked less and less often, and make no outage', async () => {
    await using app = await startKieApp({}, { durationMs: 60_000 });
    const caller = app.as();
    const odd = await Promise.all(
      Array.from({ length: 4 }, (_, index) => caller.make(`odd ${index} [sim:check-http=500]`)),
    );
    const { id } = await caller.make('fox');
    await caller.until(id, 'many checks', ({ checks }) => checks > 40);
    const checks = await Promise.all(odd.map(async (one) => (await caller.task(one.id))?.checks ?? 0));
    expect(Math.max(...checks)).toBeLessThan(20);
    expect(await healthOf(caller)).toBe('UP');
  });
});

describe('an outage that is longer than the patience', () => {
  it('fails no task: each continues when it is over, with a hint until then', async () => {
    await using app = await startKieApp({ PATIENCE_MS: '1500' }, { durationMs: 1200 });
    const caller = app.as();
    const tasks = await Promise.all(['fox', 'owl'].map((prompt) => caller.make(prompt)));
    for (const { id } of tasks) await caller.until(id, 'an id', (task) => task.providerTaskId !== null);
    const outage = (ms: number) =>
      fetch(`${app.simulator.url}/_simulator/outage`, { method: 'POST', body: JSON.stringify({ ms }) });
    await outage(60_000);
    for (const { id } of tasks) {
      const { hint } = await caller.until(id, 'a hint', (task) => task.hint !== null);
      expect(hint).toMatch(/has not answered for a while .*checks continue/);
    }
    for (const { id } of tasks) {
      // The ninth is at least 2.4 s after the first, so the patience is over.
      expect((await caller.until(id, 'late checks', ({ checks }) => checks > 8)).stage).toBe('GENERATING');
    }
    await outage(0);
    for (const { id } of tasks) await caller.untilStage(id, 'COMPLETED');
  });
});
