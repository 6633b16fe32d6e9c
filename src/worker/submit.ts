import type { HandOver, ProviderImage, SubmitOutcome, SubmitRequest } from '../providers/provider.ts';
import { ProviderTaskTakenError } from '../store/store.ts';
import type { VideoTask } from '../store/video-task.ts';
import type { TaskEvent } from '../tasks/machine.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { createLimit, nextCheckDelay, pauseAfterRefusal } from './cadence.ts';
import { neverSent } from './errors.ts';
import { readyImages } from './ready-images.ts';
import { isOverdue, type Lease, type ProviderSign, type WorkContext } from './run.ts';

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
  const { recorder, provider, store, now } = context;
  if (task.stage === 'SUBMITTING') {
    // Claimed again: whoever began this attempt ended before its outcome was written.
    await recorder.record(task.id, interrupted(provider.label), {
      whileLeasedBy: lease.owner,
      schedule: (row) => lookWhenNamed(context, row),
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
  const started = await recorder.record(task.id, { kind: 'attemptStarted' }, { whileLeasedBy: lease.owner });
  if (started === null) return;
  const outcome = await provider.submit(requestFor(context, started, images.images), {
    signal,
    mayStart: lease.isHeld,
  });
  await recordOutcome(context, started, outcome);
  const sign = signOf(outcome);
  if (sign !== null) await context.learn(task, sign);
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
  const dueAt = now() + pauseAfterRefusal(provider.pollIntervalMs, outcome.retryAfterMs, random());
  const hint = `The images could not be handed to ${provider.label} (${outcome.reason}). It is tried again.`;
  const event = { kind: 'observed', providerStatus: null, percent: null, memo: null, hint } as const;
  await recorder.record(task.id, event, { whileLeasedBy, schedule: { ...leaseReturned, dueAt } });
}

async function recordOutcome(context: WorkContext, task: VideoTask, outcome: SubmitOutcome): Promise<void> {
  const { recorder, provider, store, now, random } = context;
  switch (outcome.kind) {
    case 'accepted':
      await recordAcceptance(context, task, outcome);
      return;
    case 'refused':
      await recorder.record(task.id, { kind: 'refused', error: outcome.error }, { schedule: leaseReturned });
      return;
    case 'notSent': {
      const dueAt = now() + pauseAfterRefusal(provider.pollIntervalMs, outcome.retryAfterMs, random());
      if (outcome.cause !== 'task') await store.pauseCreates(provider.name, dueAt);
      const event = { kind: 'postponed', reason: outcome.reason } as const;
      await recorder.record(task.id, event, { schedule: { ...leaseReturned, dueAt } });
      return;
    }
    case 'unknown':
      await recorder.record(task.id, unknownOutcome(provider.label, outcome.reason), {
        schedule: (row) => lookWhenNamed(context, row),
      });
      return;
    default:
      outcome satisfies never;
  }
}

/** Kept whoever holds the task by now, and whatever became of it: this is proof of a bill. */
async function recordAcceptance(
  { recorder, provider, store, now, random, patienceMs }: WorkContext,
  task: VideoTask,
  { providerTaskId, memo }: Extract<SubmitOutcome, { kind: 'accepted' }>,
): Promise<void> {
  const dueAt = now() + nextCheckDelay(provider.pollIntervalMs, 0, random());
  try {
    const event = { kind: 'accepted', providerTaskId, memo } as const;
    // A callback may have been faster than this answer.
    const schedule = (row: VideoTask) => ({
      ...leaseReturned,
      suggestedProviderTaskId: null,
      dueAt: row.wokenAt === null ? dueAt : now(),
    });
    if ((await recorder.record(task.id, event, { schedule })) !== null) return;
    const row = await store.get(task.id);
    // A callback may have named it before the answer came.
    if (row === null || row.providerTaskId === providerTaskId) return;
    const hint = `${provider.label} also took this task as ${providerTaskId}, and may have billed that too: look it up there.`;
    await recorder.record(task.id, { kind: 'acceptedElsewhere', hint }, { schedule: leaseReturned });
  } catch (error) {
    if (!(error instanceof ProviderTaskTakenError)) throw error;
    const reason = `It answered the id ${providerTaskId}, which belongs to another task here.`;
    await recorder.record(task.id, unknownOutcome(provider.label, reason), {
      schedule: { ...leaseReturned, dueAt: task.createdAt + patienceMs },
    });
  }
}

/** An unknown outcome rests until its patience ends, unless a callback named the id meanwhile. */
const lookWhenNamed = ({ now, patienceMs }: WorkContext, row: VideoTask) => ({
  ...leaseReturned,
  dueAt: row.suggestedProviderTaskId === null ? row.createdAt + patienceMs : now(),
});

/** A refusal is an answer; what was not sent for a reason of its own tells nothing. */
function signOf(outcome: SubmitOutcome): ProviderSign | null {
  switch (outcome.kind) {
    case 'accepted':
    case 'refused':
      return { kind: 'answered' };
    case 'notSent':
      return outcome.cause === 'unreachable' ? { kind: 'failed', retryAfterMs: outcome.retryAfterMs } : null;
    case 'unknown':
      return { kind: 'unclear' };
    default:
      return outcome satisfies never;
  }
}

function requestFor(context: WorkContext, task: VideoTask, images: readonly ProviderImage[]): SubmitRequest {
  return {
    model: task.model,
    prompt: task.prompt,
    images,
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
