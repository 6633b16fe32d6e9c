import { expect, it } from 'vitest';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { Caller, startKieApp, taken } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

it('tasks of a provider that is no longer configured end, and say why they wait', async () => {
  await using folder = await temporaryFolder();
  const env = { DATA_DIR: folder.path };
  const ids = { open: '', unknown: '', canceled: '', refused: '', waiting: '' };
  {
    await using app = await startKieApp({ ...env, KIE_POLL_INTERVAL_MS: '60000' });
    const caller = app.as();
    ids.open = (await caller.make('fox [sim:stuck]')).id;
    ids.canceled = (await caller.make('hen [sim:stuck]')).id;
    ids.unknown = (await caller.make('owl [sim:create-drop]')).id;
    await caller.untilStage(ids.open, 'GENERATING');
    await caller.untilStage(ids.canceled, 'GENERATING');
    await caller.untilStage(ids.unknown, 'SUBMISSION_UNKNOWN');
    ids.refused = (await caller.make('cat [sim:create-http=429] [sim:retry-after=3600]')).id;
    await waitFor(
      'the refusal',
      async () => (await caller.task(ids.refused))?.history.length,
      (steps) => steps === 3,
    );
    ids.waiting = (await caller.make('dog')).id;
  }
  {
    await using app = await startTestApp({ ...env, PROVIDERS: 'simulator' });
    const caller = new Caller(app.url);
    for (const id of [ids.refused, ids.waiting]) {
      expect(await caller.untilStage(id, 'FAILED')).toMatchObject({
        error: {
          code: 'GAVE_UP',
          billed: 'NO',
          message: expect.stringContaining('Kie.ai is no longer configured') as string,
        },
        cost: { amount: 0, settled: true },
      });
    }
    const isExplained = ({ hint }: { hint: string | null }) =>
      hint?.includes('Kie.ai is no longer configured') === true;
    expect(await caller.until(ids.open, 'its hint', isExplained)).toMatchObject({ stage: 'GENERATING' });
    expect(await caller.until(ids.unknown, 'its hint', isExplained)).toMatchObject({
      stage: 'SUBMISSION_UNKNOWN',
      hint: expect.stringContaining('resolve the submission') as string,
    });
    const begin = performance.now();
    const refreshed = taken(await caller.byId('refreshVideoTask', ids.open));
    expect(refreshed).toMatchObject({ stage: 'GENERATING', checks: 0 });
    // At once, not after the 15 s that a check may take.
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(taken(await caller.byId('cancelVideoTask', ids.canceled)).stage).toBe('CANCELED');
    expect(taken(await caller.resolve(ids.unknown, { giveUp: true }))).toMatchObject({
      stage: 'FAILED',
      error: { code: 'SUBMISSION_UNKNOWN' },
    });
    expect((await caller.byId('retryVideoTask', ids.waiting)).userErrors).toMatchObject([
      { code: 'PROVIDER_NOT_CONFIGURED' },
    ]);
  }
  await using app = await startTestApp({ ...env, PROVIDERS: 'simulator', PATIENCE_MS: '1' });
  expect(await new Caller(app.url).untilStage(ids.open, 'FAILED')).toMatchObject({
    error: { code: 'GAVE_UP', billed: 'UNKNOWN' },
  });
});

it('a task continues at once when its provider is configured again', async () => {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulator({ durationMs: 0 });
  const env = { DATA_DIR: folder.path };
  const withKie = {
    ...env,
    PROVIDERS: 'kie',
    KIE_API_KEY: 'x',
    KIE_BASE_URL: simulator.url,
    FETCH_ALLOW_HOSTS: new URL(simulator.url).host,
  };
  const ids: string[] = [];
  {
    await using app = await startTestApp({ ...withKie, KIE_POLL_INTERVAL_MS: '60000' });
    const caller = new Caller(app.url);
    for (const prompt of ['fox', 'hen']) ids.push((await caller.make(prompt)).id);
    for (const id of ids) await caller.untilStage(id, 'GENERATING');
  }
  {
    await using app = await startTestApp({ ...env, PROVIDERS: 'simulator' });
    const caller = new Caller(app.url);
    for (const id of ids)
      await caller.until(id, 'its hint', ({ hint }) => hint?.includes('no longer configured') === true);
  }
  await using app = await startTestApp({ ...withKie, KIE_POLL_INTERVAL_MS: '60000' });
  for (const id of ids)
    expect(await new Caller(app.url).untilStage(id, 'COMPLETED')).toMatchObject({ hint: null });
});

it('an id in the hint of a lost submission outlives the configuration of its provider', async () => {
  await using folder = await temporaryFolder();
  await using kie = await startLoopback((_request, response) => {
    response.end(JSON.stringify({ code: 200, msg: 'success', data: 'theirs-1' }));
  });
  const env = { DATA_DIR: folder.path, KIE_POLL_INTERVAL_MS: '60000' };
  const withKie = { ...env, PROVIDERS: 'kie', KIE_API_KEY: 'x', KIE_BASE_URL: kie.url };
  let id: string;
  {
    await using app = await startTestApp(withKie);
    const caller = new Caller(app.url);
    id = (await caller.make('fox')).id;
    await caller.until(id, 'its id', ({ hint }) => hint?.includes('theirs-1') === true);
  }
  {
    await using app = await startTestApp({ ...env, PROVIDERS: 'simulator' });
    const explained = await new Caller(app.url).until(
      id,
      'its hint',
      ({ hint }) => hint?.includes('Kie.ai is no longer configured') === true,
    );
    expect(explained.hint).toContain('theirs-1');
  }
});
