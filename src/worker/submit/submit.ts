import type {
  HandOver,
  ProviderImage,
  SubmitOutcome,
  SubmitRequest,
  VideoProvider,
} from '../../providers/provider.ts';
import { loggedTask } from '../../domain/task-names/logged-task.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { leaseReturned } from '../../commands/recorder.ts';
import { createLimit } from '../policy/create-limit.ts';
import { askAgainAt } from '../policy/retry-schedule.ts';
import { faultPauseMs } from '../release-task.ts';
import { imagesNotReady, postponed } from '../user-messages/hints.ts';
import { neverSent } from '../user-messages/task-errors.ts';
import { prepareImages } from './prepare-images.ts';
import { isOverdue, type Lease, type WorkContext } from '../work-context.ts';
import { recordOutcome } from './record-submit-outcome.ts';
import { interrupted, scheduleOfUnknown } from './unknown-outcome.ts';
import { writeUntilStored } from './write-until-stored.ts';

/**
 * At most one paid attempt for a claimed task. The attempt is committed before the first byte of the request; an outcome
 * that is not proven to be a refusal or not sent stays unknown.
 *
 * @param signal ends the attempt after the drain time of the stop; the outcome of a started attempt is then unknown
 */
export async function submitTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, provider, store, now } = context;
  if (task.stage === 'SUBMITTING') {
    await recordInterruption(context, task, lease);
    return;
  }
  if (isOverdue(context, task)) {
    await recorder.record(
      task.id,
      { kind: 'patienceEnded', error: neverSent(provider.label) },
      { whileLeasedBy: lease.owner, schedule: leaseReturned },
    );
    return;
  }
  await using opened = new AsyncDisposableStack();
  const images = await prepareImages(context, task, opened, signal);
  if (images.kind !== 'ready') {
    await recordUnready(context, task, lease, images);
    return;
  }
  const reservation = await store.reserveCreate(provider.name, createLimit(provider, now()));
  if (reservation.kind === 'full') {
    await recorder.reschedule(task.id, lease.owner, { ...leaseReturned, dueAt: reservation.freeAt });
    return;
  }
  // Registered before it is committed, so that a cancellation right after the commit is seen.
  using attempt = recorder.attempts.begin(task.id);
  const started = await startAttempt(context, task, lease, signal);
  if (started === null) return;
  const mayStart = () => lease.isHeld() && attempt.isWanted();
  const begunAt = performance.now();
  const outcome = await send(context, started, images.images, { signal, mayStart });
  const tookMs = performance.now() - begunAt;
  context.metrics.submits.of(provider.name, outcome.kind).record(tookMs / 1000);
  await recordOutcome(context, started, outcome, lease, signal);
  if (outcome.kind === 'refused' && outcome.error.code === 'PROVIDER_UNAUTHORIZED') context.key.suspect();
  await context.health.noteSubmission(task, outcome);
}

/**
 * Commits the attempt. If the connection to the database is lost meanwhile, it may be committed although it is reported
 * as failed: nothing was sent, and without writing that the task would count as one whose submission is unknown. As long
 * as the lease is on the row, the attempt there is this one.
 */
async function startAttempt(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<VideoTask | null> {
  const { recorder, now } = context;
  const whileLeasedBy = lease.owner;
  try {
    return await recorder.record(task.id, { kind: 'attemptStarted' }, { whileLeasedBy });
  } catch (error) {
    const text = 'This server could not write down the attempt';
    const dueAt = now() + faultPauseMs;
    const hint = postponed(text, dueAt);
    const event = { kind: 'postponed', reason: { ...hint, text }, hint } as const;
    const schedule = { ...leaseReturned, dueAt };
    await writeUntilStored(context, { task: task.id, outcome: 'notSent' }, signal, () =>
      recorder.record(task.id, event, { whileLeasedBy, schedule }),
    );
    throw error;
  }
}

/** The claim of this attempt ran out. If it still runs in this process, it records its outcome itself. */
async function recordInterruption(context: WorkContext, task: VideoTask, lease: Lease): Promise<void> {
  const { recorder, provider } = context;
  if (recorder.attempts.has(task.id)) return;
  await recorder.record(task.id, interrupted(provider.label), {
    whileLeasedBy: lease.owner,
    schedule: (row) => scheduleOfUnknown(context, row),
  });
}

/** The paid request. A bug of ours during it leaves its outcome unknown. */
async function send(
  context: WorkContext,
  task: VideoTask,
  images: readonly ProviderImage[],
  options: Parameters<VideoProvider['submit']>[1],
): Promise<SubmitOutcome> {
  try {
    return await context.provider.submit(requestFor(context, task, images), options);
  } catch (error) {
    context.log.error({ err: error, ...loggedTask(task) }, 'a paid attempt failed on our side');
    return { kind: 'unknown', reason: 'This server failed during the attempt', possibleIds: [] };
  }
}

/** Records that the task was not sent because its images were not ready: permanently, or for now. */
async function recordUnready(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: Exclude<HandOver, { kind: 'ready' }>,
): Promise<void> {
  const { recorder, provider } = context;
  const whileLeasedBy = lease.owner;
  if (outcome.kind === 'refused') {
    const event = { kind: 'refused', error: outcome.error } as const;
    await recorder.record(task.id, event, { whileLeasedBy, schedule: leaseReturned });
    return;
  }
  recorder.logTrouble(
    task,
    'the images of a task could not be handed to the provider; trying again',
    outcome,
  );
  const dueAt = askAgainAt(context, outcome.retryAfterMs);
  const hint = imagesNotReady(provider.label, outcome.reason);
  const event = { kind: 'observed', providerStatus: null, percent: null, memo: null, hint } as const;
  await recorder.record(task.id, event, { whileLeasedBy, schedule: { ...leaseReturned, dueAt } });
}

function requestFor(context: WorkContext, task: VideoTask, images: readonly ProviderImage[]): SubmitRequest {
  return {
    ...task.spec,
    images,
    callbackUrl: context.callbackUrl(task),
  };
}
