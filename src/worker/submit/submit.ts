import type { HandOver, ProviderImage, SubmitOutcome, SubmitRequest } from '../../providers/provider.ts';
import type { VideoTask } from '../../domain/video-task.ts';
import { leaseReturned } from '../../commands/recorder.ts';
import { createLimit } from '../policy/create-limit.ts';
import { retryDelay } from '../policy/retry-delay.ts';
import { neverSent } from '../policy/task-errors.ts';
import { readyImages } from './prepare-images.ts';
import { isOverdue, type Lease, type WorkContext } from '../work-context.ts';
import { interrupted, keepOutcome, restOfUnknown } from './record-outcome.ts';

/**
 * One paid attempt, at most: the attempt is committed before the first byte of the request, and whatever is
 * not proven refused or not sent stays unknown.
 *
 * @param signal ends the attempt at shutdown; an attempt that was under way is then unknown
 */
export async function submitTask(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { recorder, provider, store, now, log } = context;
  if (task.stage === 'SUBMITTING') {
    // Its claim ran out, and the attempt is still this process's own: whoever makes it writes its outcome.
    if (recorder.attempts.has(task.id)) return;
    // Claimed again: whoever began this attempt ended before its outcome was written.
    await recorder.record(task.id, interrupted(provider.label), {
      whileLeasedBy: lease.owner,
      schedule: (row) => restOfUnknown(context, row),
    });
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
  const images = await readyImages(context, task, signal);
  if (images.kind !== 'ready') {
    await recordUnready(context, task, lease, images);
    return;
  }
  const place = await store.reserveCreate(provider.name, createLimit(provider, now()));
  if (place.kind === 'full') {
    await recorder.reschedule(task.id, lease.owner, { ...leaseReturned, dueAt: place.freeAt });
    return;
  }
  // Before it is committed, so that a cancellation right after is seen.
  using attempt = recorder.attempts.begin(task.id);
  const started = await recorder.record(task.id, { kind: 'attemptStarted' }, { whileLeasedBy: lease.owner });
  if (started === null) return;
  const outcome = await provider
    .submit(requestFor(context, started, images.images), {
      signal,
      mayStart: () => lease.isHeld() && attempt.isWanted(),
    })
    .catch((error: unknown): SubmitOutcome => {
      log.error({ err: error, task: task.id }, 'a paid attempt failed on our side');
      return { kind: 'unknown', reason: 'This server failed during the attempt', possibleIds: [] };
    });
  await keepOutcome(context, started, outcome, lease, signal);
  await context.health.noteSubmission(task.id, outcome);
}

/** The task was not sent, because its images were not ready: for good, or for now. */
async function recordUnready(
  { recorder, provider, now, random }: WorkContext,
  task: VideoTask,
  lease: Lease,
  outcome: Exclude<HandOver, { kind: 'ready' }>,
): Promise<void> {
  const whileLeasedBy = lease.owner;
  if (outcome.kind === 'refused') {
    const event = { kind: 'refused', error: outcome.error } as const;
    await recorder.record(task.id, event, { whileLeasedBy, schedule: leaseReturned });
    return;
  }
  const dueAt = now() + retryDelay(provider.pollIntervalMs, outcome.retryAfterMs, random());
  const hint = `The images could not be handed to ${provider.label} (${outcome.reason}). It is tried again.`;
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
