import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { readPromptFrames } from '../../src/commands/prompt-frames.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { FairSlots } from '../../src/commands/fair-slots.ts';
import { VideoTaskRefresher } from '../../src/commands/refresh-video-task.ts';
import { checkTask } from '../../src/worker/check/check.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { startLoopback } from '../support/loopback.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { quietWorkContext } from '../support/work-context.ts';

/** A task with the provider, whose checks take as long as the test says by the wall clock that it sets. */
async function startChecked() {
  await using stack = new AsyncDisposableStack();
  const clock = { now: sampleTime, checkMs: 0 };
  const now = () => clock.now;
  const kie = stack.use(
    await startLoopback((_request, response) => {
      clock.now += clock.checkMs;
      response.end(JSON.stringify({ code: 200, data: { taskId: 'theirs', state: 'generating' } }));
    }),
  );
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const provider = stack.use(kieProviderAt(kie.url, { pollIntervalMs: 60_000, now }));
  const recorder = new Recorder(
    store,
    pino({ level: 'silent' }),
    now,
    new Metrics(pino({ level: 'silent' })),
  );
  const files = await FileStore.open(folder.path, pino({ level: 'silent' }));
  const lease = { owner: 'worker', isHeld: () => true };
  /** What the worker does with a task that is due. */
  const work = async () => {
    const [task] = await store.claim({
      provider: 'KIE',
      now: now(),
      limit: 1,
      leaseOwner: lease.owner,
      leaseUntil: now() + 30_000,
    });
    if (task === undefined) return;
    const context = quietWorkContext({ store, recorder, provider, files, now });
    await checkTask(context, task, lease, new AbortController().signal);
  };
  const writes = new FairSlots(4);
  const refresher = new VideoTaskRefresher(
    {
      store,
      files,
      recorder,
      providers: [provider],
      promptFrames: readPromptFrames(),
      promptWriter: null,
      images: { fetch: () => Promise.reject(new Error('There is nothing to fetch')) },
      budgets: new Map(),
      maxUploadBytes: 1_000_000,
      wakeWorker: () => void work(),
      now,
    },
    writes,
  );
  const inserted = await store.insert(
    sampleTask({
      stage: 'GENERATING',
      providerTaskId: 'theirs',
      nextAction: 'check',
      dueAt: sampleTime + 60_000,
    }),
    null,
  );
  if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
  const refresh = async () => {
    const { task } = await refresher.refresh(local, inserted.task.id);
    return task === null ? null : { checks: task.work.checks, lastCheckedAt: task.work.lastCheckedAt };
  };
  const refreshAs = async (owner: Owner) => {
    const { userErrors } = await refresher.refresh(owner, inserted.task.id);
    return userErrors.map(({ code }) => code);
  };
  const running = stack.move();
  return { clock, writes, refresh, refreshAs, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

describe('refreshVideoTask', () => {
  it('shares a check by when it began, not by when it ended', async () => {
    await using checked = await startChecked();
    const { clock, refresh } = checked;
    clock.checkMs = 2700;
    expect(await refresh()).toEqual({ checks: 1, lastCheckedAt: sampleTime });
    // It began 2.7 seconds ago.
    clock.checkMs = 100;
    expect(await refresh()).toEqual({ checks: 2, lastCheckedAt: sampleTime + 2700 });
    clock.now = sampleTime + 2700 + 1999;
    expect(await refresh()).toEqual({ checks: 2, lastCheckedAt: sampleTime + 2700 });
    clock.now = sampleTime + 2700 + 2000;
    expect(await refresh()).toEqual({ checks: 3, lastCheckedAt: sampleTime + 4700 });
  });

  it('asks again after the clock was set back', async () => {
    await using checked = await startChecked();
    const { clock, refresh } = checked;
    await refresh();
    clock.now = sampleTime - 3_600_000;
    expect(await refresh()).toEqual({ checks: 2, lastCheckedAt: clock.now });
  });

  it('answers in time where its write waits for those of others', async () => {
    await using checked = await startChecked();
    const { writes, refresh } = checked;
    const others = Promise.withResolvers<void>();
    const owners = ['key:ann', 'key:ben', 'key:cy', 'key:dee'] as Owner[];
    const writing = owners.map((owner) => writes.run(owner, () => others.promise));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      const answers = Promise.all([refresh(), refresh()]);
      await vi.advanceTimersByTimeAsync(14_900);
      expect(await answers).toEqual([
        { checks: 0, lastCheckedAt: null },
        { checks: 0, lastCheckedAt: null },
      ]);
    } finally {
      vi.useRealTimers();
      others.resolve();
      await Promise.all(writing);
    }
    expect(await refresh()).toMatchObject({ checks: 1 });
  });

  it('refuses a call of an owner of whom too many wait, at once and alone', async () => {
    await using checked = await startChecked();
    const { refreshAs, refresh } = checked;
    const answers: string[][] = [];
    const all = Array.from({ length: 1010 }, async () => answers.push(await refreshAs(local)));
    await setImmediate();
    expect(answers).toEqual(Array.from({ length: 10 }, () => ['RATE_LIMITED']));
    expect(await refreshAs('key:ann' as Owner)).toEqual(['NOT_FOUND']);
    await Promise.all(all);
    expect(answers.slice(10)).toEqual(Array.from({ length: 1000 }, () => []));
    // One check for all of them, and the next call is taken again.
    expect(await refresh()).toMatchObject({ checks: 1 });
  });
});
