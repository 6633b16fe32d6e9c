import { describe, expect, it } from 'vitest';
import { startKieApp } from '../support/kie-app.ts';

/** Long enough for the hint to be read while the task waits. */
const slowly = { KIE_POLL_INTERVAL_MS: '1000' };

describe('a task that the provider could not take yet', () => {
  it.each([
    { fault: 'create-code=429', said: 'Kie.ai responded with 429' },
    { fault: 'create-code=455', said: 'Kie.ai responded with 455' },
  ])('says so while it waits, and when it is sent again ($fault)', async ({ fault, said }) => {
    await using app = await startKieApp(slowly);
    const caller = app.as();
    const startedAt = Date.now();
    const { id } = await caller.make(`fox [sim:${fault}][sim:times=1]`);
    const waiting = await caller.until(id, 'a hint', ({ hint }) => hint !== null);
    expect([waiting.stage, waiting.hint]).toEqual(['WAITING', expect.stringContaining(said)]);
    expect(waiting.hint).toMatch(/nothing was billed.*sent again/i);
    const [time = ''] = /\d{4}-\d\d-\d\dT[\d:]+Z/.exec(waiting.hint ?? '') ?? [];
    expect(Date.parse(time)).toBeGreaterThanOrEqual(startedAt);
    // Not after the end of what it waited for.
    const done = await caller.untilStage(id, 'COMPLETED');
    expect(done.hint).toBeNull();
    expect(done.history.map(({ stage }) => stage)).toEqual([
      'WAITING',
      'SUBMITTING',
      'WAITING',
      'SUBMITTING',
      'GENERATING',
      'COMPLETED',
    ]);
  });

  it('says so where the provider cannot be reached', async () => {
    await using app = await startKieApp({ ...slowly, KIE_BASE_URL: 'http://127.0.0.1:1' });
    const caller = app.as();
    const { id } = await caller.make('fox');
    const { hint } = await caller.until(id, 'a hint', (task) => task.hint !== null);
    expect(hint).toMatch(/^Kie\.ai could not be reached: ECONNREFUSED\. .*nothing was billed.*sent again/i);
  });
});
