import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { releaseTask } from '../../src/worker/release-task.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { sampleTask, sampleTime, type TaskOverrides } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const patienceMs = 60_000;

/** A task that a worker holds, as it is when that gave it back. */
async function given(overrides: TaskOverrides, why: 'stopped' | 'ended' | 'failed', atMs = 5000) {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(`${folder.path}/reelay.db`);
  await using provider = kieProviderAt('http://127.0.0.1:9', { pollIntervalMs: 10_000 });
  const generating = { stage: 'GENERATING', nextAction: 'check', providerTaskId: 'theirs' } as const;
  const held = { leaseOwner: 'w', leaseUntil: sampleTime + 30_000 };
  const inserted = await store.insert(sampleTask({ ...generating, ...held, ...overrides }), null);
  if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
  const now = () => sampleTime + atMs;
  const recorder = new Recorder(
    store,
    pino({ level: 'silent' }),
    now,
    new Metrics(pino({ level: 'silent' })),
  );
  const context = { store, recorder, provider, now, random: () => 0, patienceMs };
  await releaseTask(context, inserted.task, 'w', why);
  const after = await store.get(inserted.task.id);
  const {
    stage,
    work: { leaseOwner, unknownChecks, dueAt },
    result: { error },
  } = after ?? inserted.task;
  return { stage, leaseOwner, unknownChecks, restMs: (dueAt ?? 0) - now(), error: error?.code ?? null };
}

const open = { stage: 'GENERATING', leaseOwner: null, error: null };

describe('a task that is given back', () => {
  it('rests a second where nothing failed, and keeps its place at a stop', async () => {
    expect(await given({}, 'ended')).toEqual({ ...open, unknownChecks: 0, restMs: 1000 });
    expect(await given({}, 'stopped')).toEqual({ ...open, unknownChecks: 0, restMs: -5000 });
  });

  it.each([
    [0, 15_000],
    [1, 22_500],
    [20, 300_000],
  ])('after %d failures on our side rests for %d ms', async (unknownChecks, restMs) => {
    expect(await given({ unknownChecks }, 'failed')).toEqual({
      ...open,
      unknownChecks: unknownChecks + 1,
      restMs,
    });
  });

  it('that waits to be sent rests by seconds', async () => {
    const waiting = { stage: 'WAITING', nextAction: 'submit', providerTaskId: null } as const;
    expect(await given(waiting, 'failed')).toMatchObject({ stage: 'WAITING', restMs: 1500 });
  });

  it('ends by patience after failures on our side alone, but never by the first ones', async () => {
    expect(await given({ unknownChecks: 2 }, 'failed', patienceMs)).toMatchObject(open);
    expect(await given({ unknownChecks: 3 }, 'failed', patienceMs)).toMatchObject({
      stage: 'FAILED',
      error: 'GAVE_UP',
      leaseOwner: null,
    });
  });

  it('that another worker holds by now is left to it', async () => {
    expect(await given({ leaseOwner: 'another' }, 'failed', patienceMs)).toMatchObject({
      stage: 'GENERATING',
      leaseOwner: 'another',
      unknownChecks: 0,
    });
  });
});
