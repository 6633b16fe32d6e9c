import type { ProviderImage, SubmitRequest } from '../providers/provider.ts';
import type { TaskError, VideoTask } from '../store/video-task.ts';
import type { TaskEvent } from '../tasks/machine.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { nextCheckDelay, nextRetryDelay } from './cadence.ts';
import type { Lease, WorkContext } from './run.ts';

/** The window of Kie's account limit (Kie docs, getting started, 2026: 20 requests per 10 s). */
const budgetWindowMs = 10_000;
/** Half a second for the way: the provider's window slides by its own clock. */
const budgetMarginMs = 500;

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
  const { recorder, provider, now, random } = context;
  if (task.stage === 'SUBMITTING') {
    // Claimed again: whoever began this attempt ended before its outcome was written.
    await recorder.record(task.id, interrupted(provider.label), {
      whileLeasedBy: lease.owner,
      schedule: { ...leaseReturned, dueAt: task.createdAt + context.patienceMs },
    });
    return;
  }
  if (now() - task.createdAt >= context.patienceMs) {
    await recorder.record(
      task.id,
      { kind: 'patienceEnded', error: neverSent(provider.label) },
      { schedule: leaseReturned },
    );
    return;
  }
  const freeAt = await reserveBudget(context);
  if (freeAt !== null) {
    await recorder.reschedule(task.id, lease.owner, { ...leaseReturned, dueAt: freeAt });
    return;
  }
  const started = await recorder.record(task.id, { kind: 'attemptStarted' }, { whileLeasedBy: lease.owner });
  if (started === null) return;
  const outcome = await provider.submit(requestFor(context, started), { signal, mayStart: lease.isHeld });
  switch (outcome.kind) {
    case 'accepted': {
      // Kept whoever holds the task by now: this is proof of a bill.
      const event = { kind: 'accepted', providerTaskId: outcome.providerTaskId, memo: outcome.memo } as const;
      const dueAt = now() + nextCheckDelay(provider.pollIntervalMs, 0, random());
      await recorder.record(task.id, event, { schedule: { ...leaseReturned, dueAt } });
      return;
    }
    case 'refused':
      await recorder.record(task.id, { kind: 'refused', error: outcome.error }, { schedule: leaseReturned });
      return;
    case 'notSent': {
      const delay = nextRetryDelay(provider.pollIntervalMs, 0, outcome.retryAfterMs, random());
      const event = { kind: 'postponed', reason: outcome.reason } as const;
      await recorder.record(task.id, event, { schedule: { ...leaseReturned, dueAt: now() + delay } });
      return;
    }
    case 'unknown':
      await recorder.record(task.id, unknownOutcome(provider.label, outcome.reason), {
        schedule: { ...leaseReturned, dueAt: task.createdAt + context.patienceMs },
      });
      return;
    default:
      outcome satisfies never;
  }
}

/** A place in the account's budget; else the time when one is free. */
async function reserveBudget({ store, provider, now }: WorkContext): Promise<number | null> {
  if (provider.createsPer10s === 0) return null;
  const reservation = await store.reserveCreate(provider.name, {
    now: now(),
    windowMs: budgetWindowMs + budgetMarginMs,
    max: provider.createsPer10s,
  });
  return reservation.kind === 'granted' ? null : reservation.freeAt;
}

function requestFor(context: WorkContext, task: VideoTask): SubmitRequest {
  return {
    model: task.model,
    prompt: task.prompt,
    images: task.referenceImages.map((image): ProviderImage => {
      if (image.url !== null) return { kind: 'url', url: image.url };
      const { uploadId, mediaKey, contentType } = image;
      return {
        kind: 'upload',
        uploadId,
        fileName: mediaKey,
        contentType,
        open: () => context.files.read(mediaKey),
      };
    }),
    imagesAs: task.imagesAs,
    aspectRatio: task.aspectRatio,
    durationSeconds: task.durationSeconds,
    resolution: task.resolution,
    seed: task.seed,
    providerOptions: task.providerOptions,
    callbackUrl: context.callbackUrl(task),
  };
}

const unknownOutcome = (label: string, reason: string): TaskEvent => ({
  kind: 'outcomeUnknown',
  reason,
  hint:
    `Whether ${label} took this task is not known, so it is not sent again: it may have been billed. ` +
    `Look for it at ${label}; if it is there, resolve the submission with its id, else give it up or resubmit.`,
});

const interrupted = (label: string): TaskEvent =>
  unknownOutcome(label, 'The server ended between the attempt and its outcome.');

const neverSent = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} could not be reached in all this time, and nothing was sent. Try again later.`,
  providerCode: null,
  retryable: true,
  billed: 'NO',
});
