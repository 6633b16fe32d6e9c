import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { randomId } from '../../src/commands/random-id.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { quietly } from '../../src/domain/state-machine/change.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { checkTask } from '../../src/worker/check/check.ts';
import { freePort } from '../support/free-port.ts';
import { Caller, startKieApp } from '../support/kie-app.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { startLoopback } from '../support/loopback.ts';
import { sampleTask, sampleTime } from '../support/sample-task.ts';
import { startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { quietWorkContext } from '../support/work-context.ts';

const settingsAt = (port: number) => ({
  PROVIDERS: 'kie',
  KIE_API_KEY: 'k',
  KIE_BASE_URL: `http://127.0.0.1:${port}`,
  KIE_UPLOAD_URL: `http://127.0.0.1:${port}`,
  KIE_CREATES_PER_10S: '0',
  FETCH_ALLOW_HOSTS: `127.0.0.1:${port}`,
});

const untilDown = (caller: Caller) =>
  waitFor(
    'the provider to be down',
    () => caller.query<{ providers: { health: string }[] }>('{ providers { health } }'),
    ({ providers }) => providers[0]?.health === 'DOWN',
  );

it('a task that cannot be sent is one entry in its history, and goes out when the provider is back', async () => {
  const port = await freePort();
  await using app = await startTestApp(settingsAt(port));
  const caller = new Caller(app.url);
  const { id } = await caller.make('fox');
  // It names its second, so another one is of a later attempt.
  const hints = new Set<string>();
  await caller.until(id, 'another attempt', ({ hint }) => {
    if (hint !== null) hints.add(hint);
    return hints.size >= 2;
  });
  await untilDown(caller);
  const waiting = await caller.until(id, 'a pause', ({ stage }) => stage === 'WAITING');
  expect(waiting.history.map(({ stage }) => stage).join(' ')).toBe('WAITING SUBMITTING WAITING');
  expect(waiting.history.at(-1)?.reason).toMatch(/could not be reached: ECONNREFUSED/);
  await using simulator = await startSimulator({ port, durationMs: 100 });
  const done = await caller.untilStage(id, 'COMPLETED');
  expect(done.history.map(({ stage }) => stage).join(' ')).toBe(
    'WAITING SUBMITTING WAITING SUBMITTING GENERATING COMPLETED',
  );
  expect(done.hint).toBeNull();
  expect(simulator.stats.createsReceived).toBe(1);
});

it('a provider that is busy at each of several attempts is one entry too', async () => {
  await using app = await startKieApp();
  const caller = app.as();
  const { id } = await caller.make('fox [sim:create-code=429][sim:times=3]');
  const done = await caller.untilStage(id, 'COMPLETED');
  expect(done.history.map(({ stage }) => stage).join(' ')).toBe(
    'WAITING SUBMITTING WAITING SUBMITTING GENERATING COMPLETED',
  );
  expect(app.simulator.stats.createsReceived).toBe(4);
});

it('one accepted task is enough to see that no connection can be made, and it stays open', async () => {
  const port = await freePort();
  const simulator = await startSimulator({ port, durationMs: 60_000 });
  await using app = await startTestApp({ ...settingsAt(port), PATIENCE_MS: '1500' });
  const caller = new Caller(app.url);
  const { id } = await caller.make('fox');
  await caller.untilStage(id, 'GENERATING');
  await simulator[Symbol.asyncDispose]();
  await untilDown(caller);
  const hinted = await caller.until(id, 'a hint', ({ hint }) => hint !== null);
  expect([hinted.stage, hinted.hint]).toEqual(['GENERATING', expect.stringContaining('has not answered')]);
  const late = () =>
    caller.query<{ videoTask: { stage: string; createdAt: string; lastCheckedAt: string } }>(
      'query ($id: ID!) { videoTask(id: $id) { stage createdAt lastCheckedAt } }',
      { id },
    );
  const { videoTask } = await waitFor(
    'a check after the patience',
    late,
    ({ videoTask: seen }) => Date.parse(seen.lastCheckedAt) > Date.parse(seen.createdAt) + 1500,
  );
  expect(videoTask.stage).toBe('GENERATING');
});

it('checks without an answer thin out to one a minute, and the first answer about any task ends that', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  let isUp = false;
  const kie = stack.use(
    await startLoopback((_request, response) => {
      response.statusCode = isUp ? 200 : 503;
      response.end(isUp ? JSON.stringify({ code: 200, data: { state: 'generating' } }) : 'away');
    }),
  );
  const log = pino({ level: 'silent' });
  const now = () => sampleTime;
  const provider = stack.use(kieProviderAt(kie.url));
  const files = await FileStore.open(join(folder.path, 'media'), log);
  const recorder = new Recorder(store, log, now, new Metrics(log));
  const context = quietWorkContext({ store, recorder, provider, files, now });
  const insert = async () => {
    const row = sampleTask({
      id: randomId() as TaskId,
      stage: 'GENERATING',
      nextAction: 'check',
      providerTaskId: randomId(),
    });
    const kept = await store.insert(row, null);
    if (kept.kind !== 'inserted') throw new Error(kept.kind);
    return kept.task.id;
  };
  const claim = (id: TaskId) =>
    store.change(id, () => quietly({ leaseOwner: 'w', leaseUntil: sampleTime + 1000 }));
  const restOf = async (id: TaskId) => ((await store.get(id))?.work.dueAt ?? 0) - sampleTime;
  /** Checks a task once; returns the pause before its next check, in base intervals. */
  const restAfterCheck = async (id: TaskId) => {
    const claimed = await claim(id);
    if (claimed === null) throw new Error('It is gone');
    const lease = { owner: 'w', isHeld: () => true };
    await checkTask(context, claimed, lease, new AbortController().signal);
    return (await restOf(id)) / provider.pollIntervalMs;
  };

  const [fox, owl, hen] = [await insert(), await insert(), await insert()];
  const rests = [await restAfterCheck(fox), await restAfterCheck(fox), await restAfterCheck(fox)];
  expect(rests).toEqual([1.5, 2.25, 3.375]);
  expect((await store.get(fox))?.hint).toContain('has not answered for a while');
  expect(await store.history(fox)).toHaveLength(1);
  expect(await restAfterCheck(hen)).toBe(1.5);
  await claim(hen);
  isUp = true;
  expect(await restAfterCheck(owl)).toBe(1);
  expect(await restOf(fox)).toBeLessThanOrEqual(provider.pollIntervalMs);
  // It is being checked: whatever that finds, the next answer brings it forward.
  expect(await restOf(hen)).toBe(1.5 * provider.pollIntervalMs);
  await store.change(hen, () => quietly({ leaseOwner: null, leaseUntil: null }));
  await restAfterCheck(owl);
  expect(await restOf(hen)).toBeLessThanOrEqual(provider.pollIntervalMs);
});
