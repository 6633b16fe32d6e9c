import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { cancelVideoTask } from '../../src/commands/cancel-video-task.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import type { CancelOutcome, CheckOutcome, VideoProvider } from '../../src/providers/provider.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { checkTask } from '../../src/worker/check/check.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { local, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { quietWorkContext } from '../support/work-context.ts';

const facts = { providerStatus: 'in_progress', memo: null, credits: null, echoedPrompt: null };
const processing: CheckOutcome = { ...facts, kind: 'processing', percent: null };
const completed: CheckOutcome = {
  ...facts,
  kind: 'completed',
  source: { kind: 'provider', reference: 'r', url: null },
};
const lease = { owner: 'w', isHeld: () => true };

/** A task that its provider makes, where `checks` and `cancels` are what the provider answers in turn. */
async function startWork(checks: CheckOutcome[], cancels: CancelOutcome[]) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const log = pino({ level: 'silent' });
  const now = () => sampleTime;
  const recorder = new Recorder(store, log, now, new Metrics(log));
  const asked: string[] = [];
  const next = <T>(answers: T[]): Promise<T> => {
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new Error('Asked too often')) : Promise.resolve(answer);
  };
  const provider: VideoProvider = Object.assign(stack.use(kieProviderAt('http://127.0.0.1:1')), {
    check: () => next(checks),
    canCancel: (id: string) => id === 'theirs',
    cancel: (id: string) => {
      asked.push(id);
      return next(cancels);
    },
  });
  const files = await FileStore.open(join(folder.path, 'media'), log);
  const context = quietWorkContext({ store, recorder, provider, files, now });
  const kept = await store.insert(sampleTask(), null);
  if (kept.kind !== 'inserted') throw new Error(kept.kind);
  const { id } = kept.task;
  const generate = (taskId: string) =>
    store.change(id, () => ({
      patch: { stage: 'GENERATING', provider: { taskId }, work: { nextAction: 'check' } },
      announces: true,
      transition: null,
    }));
  const commands = {
    ...context,
    providers: [provider],
    promptFrames: {},
    budgets: new Map(),
    maxUploadBytes: 0,
    wakeWorker: (name: string) => asked.push(`wake ${name}`),
  } as unknown as Parameters<typeof cancelVideoTask>[0];
  /** One check by the worker. */
  const check = async () => {
    const task = await store.change(id, () => ({
      patch: { work: { leaseOwner: lease.owner } },
      announces: false,
      transition: null,
    }));
    if (task === null) throw new Error('It is gone');
    await checkTask(context, task, lease, new AbortController().signal);
    const row = await store.get(id);
    return [row?.stage, row?.hint, row?.work.nextAction];
  };
  const running = stack.move();
  return {
    asked,
    check,
    generate,
    cancel: () => cancelVideoTask(commands, local, id),
    history: () => store.history(id),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

describe('a canceled task', () => {
  it('is stopped at a provider that can, which is asked again until it answers', async () => {
    const unavailable = { kind: 'unavailable', reason: 'HTTP 503', retryAfterMs: null } as const;
    await using work = await startWork(
      [processing, processing, completed],
      [unavailable, { kind: 'canceled' }],
    );
    await work.generate('theirs');
    const { task } = await work.cancel();
    expect([task?.stage, task?.hint, task?.work.dueAt]).toEqual([
      'CANCELED',
      'Kie.ai is asked to stop it. What was made until then may be billed.',
      sampleTime,
    ]);
    expect(await work.check()).toEqual([
      'CANCELED',
      'Kie.ai could not be asked to stop it (HTTP 503). It is asked again.',
      'check',
    ]);
    const stopped = 'Kie.ai has stopped it. What was made until then may be billed.';
    expect(await work.check()).toEqual(['CANCELED', stopped, 'check']);
    // It may have ended all the same: nothing of that is kept.
    expect(await work.check()).toEqual(['CANCELED', stopped, null]);
    expect(work.asked).toEqual(['wake KIE', 'theirs', 'theirs']);
    expect((await work.history()).at(-1)?.reason).toBe(stopped);
  });

  it('is not asked for where it has ended, and says so where the provider refuses', async () => {
    await using work = await startWork([processing, completed], [{ kind: 'refused', reason: 'HTTP 404' }]);
    await work.generate('theirs');
    await work.cancel();
    const hint = 'Kie.ai did not stop it (HTTP 404): it will be billed if it is finished there.';
    expect(await work.check()).toEqual(['CANCELED', hint, 'check']);
    expect(await work.check()).toEqual(['CANCELED', hint, null]);
    expect(work.asked).toEqual(['wake KIE', 'theirs']);
  });

  it('is only no longer watched where the provider cannot stop it', async () => {
    await using work = await startWork([processing], []);
    await work.generate('another');
    const { task } = await work.cancel();
    expect(task?.hint).toMatch(/^Kie.ai cannot be stopped/);
    expect((await work.check())[2]).toBe('check');
    expect(work.asked).toEqual([]);
  });
});
