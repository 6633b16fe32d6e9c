import type { ArchiveOutcome } from '../../media/archive.ts';
import type { CheckOutcome } from '../../providers/provider.ts';
import { isTerminal, type VideoTask } from '../../domain/video-task.ts';
import { lateWatchEnds, patienceEnds, type Lease, type WorkContext } from '../work-context.ts';

/** No clip of a few seconds takes longer on a line that is worth waiting for, in milliseconds. */
const longestCopyMs = 600_000;
/** Most copies take less: whoever waits for the check then gets the finished task. In milliseconds. */
const tellAfterMs = 1000;

/** What a check found, and when it had begun. */
type FoundVideo = Extract<CheckOutcome, { kind: 'completed' }> & { readonly askedAt: number };

/**
 * Copies a finished video to our side. That may take minutes: what the check found is told meanwhile, and counts as
 * checked.
 *
 * @returns null when the task has gone its way, or to another worker
 */
export async function copyVideo(
  context: WorkContext,
  task: VideoTask,
  lease: Lease,
  found: FoundVideo,
  signal: AbortSignal,
): Promise<ArchiveOutcome | null> {
  const ends = isTerminal(task.stage) ? lateWatchEnds(context, task) : patienceEnds(context, task);
  const withinMs = Math.min(longestCopyMs, ends - context.now());
  const ending = new AbortController();
  let hasLeft = false;
  const tell = async (): Promise<void> => {
    try {
      hasLeft = !(await tellOfCopy(context, task, lease, found));
      if (hasLeft) ending.abort();
    } catch (error) {
      ending.abort(error);
    }
  };
  let telling = Promise.resolve();
  const timer = setTimeout(() => {
    telling = tell();
  }, tellAfterMs);
  try {
    return await context.archive.fetch(found.url, AbortSignal.any([signal, ending.signal]), withinMs);
  } catch (error) {
    if (hasLeft && !signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    await telling;
  }
}

/** False when the task is not ours any more. */
async function tellOfCopy(
  { recorder, provider }: WorkContext,
  task: VideoTask,
  lease: Lease,
  { providerStatus, memo, askedAt }: FoundVideo,
): Promise<boolean> {
  // Where this was tried before, the hint says what came of it.
  const isKnown = task.provider.status === providerStatus && task.hint !== null;
  const hint = isKnown ? task.hint : `The video is ready at ${provider.label}, and is being copied.`;
  const told = await recorder.record(
    task.id,
    { kind: 'observed', providerStatus, percent: null, memo, hint },
    { whileLeasedBy: lease.owner, schedule: { lastCheckedAt: askedAt } },
  );
  return told !== null && isTerminal(told.stage) === isTerminal(task.stage);
}
