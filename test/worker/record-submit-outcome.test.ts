import { said } from '../support/task-events.ts';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import type { WorkContext } from '../../src/worker/work-context.ts';
import { recordOutcome } from '../../src/worker/submit/record-submit-outcome.ts';
import { submitTask } from '../../src/worker/submit/submit.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { startLoopback } from '../support/loopback.ts';
import { local, sampleTask, sampleTime, type TaskOverrides } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { quietWorkContext } from '../support/work-context.ts';

const cost = { amount: 0.15, credits: 30, settled: false };
const lease = { owner: 'w', isHeld: () => true };
const { signal } = new AbortController();

/** A task in a real database, and what a worker needs to write its outcome. */
async function startWork(overrides: TaskOverrides) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const kie = { creates: 0 };
  const loopback = stack.use(
    await startLoopback((_request, response) => {
      kie.creates += 1;
      response.end(JSON.stringify({ code: 200, data: { taskId: 'theirs' } }));
    }),
  );
  const log = pino({ level: 'silent' });
  const now = () => sampleTime;
  const recorder = new Recorder(store, log, now, new Metrics(log));
  const provider = stack.use(kieProviderAt(loopback.url));
  const files = await FileStore.open(join(folder.path, 'media'), log);
  const context = quietWorkContext({ store, recorder, provider, files, now });
  const kept = await store.insert(sampleTask({ cost, ...overrides }), null);
  if (kept.kind !== 'inserted') throw new Error(kept.kind);
  const { task } = kept;
  const running = stack.move();
  return { context, store, recorder, kie, task, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const spentIn = async ({ store }: { store: WorkContext['store'] }) =>
  (await store.spending(local, '2026-01')).usd;
const accepted = { kind: 'accepted', providerTaskId: 'late', memo: null } as const;

describe('a late acceptance', () => {
  it('of a task that has another id is a second bill, reported once however often it is written', async () => {
    await using work = await startWork({});
    const { store, context, task } = work;
    await store.change(task.id, () => ({
      patch: { stage: 'GENERATING', provider: { taskId: 'first' }, work: { nextAction: 'check' } },
      announces: true,
      transition: null,
    }));
    await recordOutcome(context, task, accepted, lease, signal);
    await recordOutcome(context, task, accepted, lease, signal);
    expect(await spentIn(work)).toBe(0.3);
    const row = await store.get(task.id);
    expect([row?.stage, row?.provider.taskId, row?.hint]).toEqual([
      'GENERATING',
      'first',
      expect.stringContaining('late'),
    ]);
    expect((await store.history(task.id)).at(-1)?.reason).toContain('late');
  });

  it('of a task that was declared unknown adopts the id', async () => {
    await using work = await startWork({ stage: 'SUBMISSION_UNKNOWN', nextAction: 'check', submittedAt: 1 });
    await recordOutcome(work.context, work.task, accepted, lease, signal);
    expect(await work.store.get(work.task.id)).toMatchObject({
      stage: 'GENERATING',
      provider: { taskId: 'late' },
    });
  });

  it('takes no lease from another claim', async () => {
    await using work = await startWork({
      stage: 'GENERATING',
      providerTaskId: 'first',
      nextAction: 'check',
      leaseOwner: 'another',
      leaseUntil: sampleTime + 1000,
    });
    await recordOutcome(work.context, work.task, accepted, lease, signal);
    expect((await work.store.get(work.task.id))?.work.leaseOwner).toBe('another');
  });

  it('under the id of another task keeps that id in the hint', async () => {
    await using work = await startWork({ stage: 'SUBMITTING' });
    const holder = sampleTask({ stage: 'GENERATING', providerTaskId: 'late', nextAction: 'check' });
    await work.store.insert(holder, null);
    await recordOutcome(work.context, work.task, accepted, lease, signal);
    const row = await work.store.get(work.task.id);
    expect([row?.stage, row?.hint]).toEqual(['SUBMISSION_UNKNOWN', expect.stringContaining('late')]);
  });
});

describe('an attempt of this process', () => {
  it('is not declared unknown by another claim of its task', async () => {
    await using work = await startWork({ stage: 'SUBMITTING', leaseOwner: 'w', leaseUntil: sampleTime });
    using attempt = work.recorder.attempts.begin(work.task.id);
    await submitTask(work.context, work.task, lease, signal);
    expect([(await work.store.get(work.task.id))?.stage, attempt.isWanted()]).toEqual(['SUBMITTING', true]);
  });

  it('sends nothing for a task that is canceled just before the first byte', async () => {
    await using work = await startWork({ leaseOwner: 'w', leaseUntil: sampleTime });
    const { recorder, task, context, store, kie } = work;
    const { provider } = context;
    const submit: typeof provider.submit = async (request, conditions) => {
      await recorder.record(task.id, { kind: 'canceled', hint: said('x') });
      return provider.submit(request, conditions);
    };
    const cancelling = Object.assign(Object.create(provider) as typeof provider, { submit });
    await submitTask({ ...context, provider: cancelling }, task, lease, signal);
    expect([kie.creates, (await store.get(task.id))?.stage, await spentIn(work)]).toEqual([0, 'CANCELED', 0]);
  });

  it('that fails by a bug of ours is unknown by that, and not by a restart', async () => {
    await using work = await startWork({ leaseOwner: 'w', leaseUntil: sampleTime });
    const { provider } = work.context;
    const submit = () => Promise.reject(new TypeError('a bug'));
    const faulty = Object.assign(Object.create(provider) as typeof provider, { submit });
    await submitTask({ ...work.context, provider: faulty }, work.task, lease, signal);
    expect((await work.store.history(work.task.id)).at(-1)).toMatchObject({
      stage: 'SUBMISSION_UNKNOWN',
      reason: 'This server failed during the attempt',
    });
  });
});

describe('an attempt whose write is reported as failed', () => {
  /** The same work, whose next change of a task is made or not, and then reported as failed. */
  const withFailure = (work: Awaited<ReturnType<typeof startWork>>, isMade: boolean): WorkContext => {
    let fails = true;
    const { store, context } = work;
    const change: WorkContext['store']['change'] = async (id, decide) => {
      const after = fails && !isMade ? null : await store.change(id, decide);
      if (!fails) return after;
      fails = false;
      throw new Error('The connection was lost');
    };
    const failing = new Proxy(store, {
      get: (target, name) => {
        if (name === 'change') return change;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const recorder = new Recorder(failing, context.log, context.now, context.metrics);
    return { ...context, store: failing, recorder };
  };

  it.each([{ isMade: true }, { isMade: false }])(
    'is not sent, and the task waits: %o',
    async ({ isMade }) => {
      await using work = await startWork({ leaseOwner: lease.owner, leaseUntil: sampleTime + 60_000 });
      await expect(submitTask(withFailure(work, isMade), work.task, lease, signal)).rejects.toThrow('lost');
      expect(work.kie.creates).toBe(0);
      expect((await work.store.get(work.task.id))?.stage).toBe('WAITING');
    },
  );

  it('leaves the attempt of another claim alone', async () => {
    await using work = await startWork({ leaseOwner: lease.owner, leaseUntil: sampleTime + 60_000 });
    const context = withFailure(work, true);
    const { store, task } = work;
    const inner = context.recorder.record.bind(context.recorder);
    context.recorder.record = async (...parameters) => {
      try {
        return await inner(...parameters);
      } catch (error) {
        await store.change(task.id, () => ({
          patch: { work: { leaseOwner: 'another' } },
          announces: false,
          transition: null,
        }));
        throw error;
      }
    };
    await expect(submitTask(context, task, lease, signal)).rejects.toThrow('lost');
    expect(await store.get(task.id)).toMatchObject({ stage: 'SUBMITTING', work: { leaseOwner: 'another' } });
  });
});
