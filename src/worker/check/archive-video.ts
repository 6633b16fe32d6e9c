import type { ArchiveOutcome, PrivateVideo } from '../../media/archive.ts';
import { StorageError } from '../../media/storage-error.ts';
import type { Poster } from '../../domain/poster.ts';
import { hintOf, isTerminal } from '../../domain/video-task.ts';
import type { CheckOutcome, VideoProvider, VideoSource } from '../../providers/provider.ts';
import { beingCopied } from '../user-messages/hints.ts';
import { lateWatchEnds, patienceEnds } from '../work-context.ts';
import type { CheckRun } from './record-check.ts';

/** A clip of a few seconds takes less, in milliseconds; with a slower line the copy would hardly ever end. */
const longestCopyMs = 600_000;
/** Most copies take less, in milliseconds: a caller who waits for the check then gets the finished task. */
const reportAfterMs = 1000;

/** The outcome of the check that found the video. */
type FoundVideo = Extract<CheckOutcome, { kind: 'completed' }>;

/**
 * Copies a finished video to our side. That may take minutes: after a second the outcome of the check is recorded,
 * while the copy continues.
 *
 * @returns null when the task was canceled, or passed to another worker
 */
export async function archiveVideo(run: CheckRun, found: FoundVideo): Promise<ArchiveOutcome | null> {
  const { context, task, signal } = run;
  const ends = isTerminal(task.stage) ? lateWatchEnds(context, task) : patienceEnds(context, task);
  const withinMs = Math.min(longestCopyMs, ends - context.now());
  const ending = new AbortController();
  let isTaken = false;
  const report = async (): Promise<void> => {
    try {
      isTaken = !(await reportCopy(run, found));
      if (isTaken) ending.abort();
    } catch (error) {
      ending.abort(error);
    }
  };
  let reporting = Promise.resolve();
  const timer = setTimeout(() => {
    reporting = report();
  }, reportAfterMs);
  const posterEnding = new AbortController();
  const poster = context.posters.store(
    { url: found.posterUrl ?? null, referenceImage: task.spec.referenceImages[0] ?? null },
    AbortSignal.any([signal, ending.signal, posterEnding.signal]),
  );
  try {
    const source = archiveSourceOf(context.provider, found.source);
    const outcome = await context.archive.fetch(source, AbortSignal.any([signal, ending.signal]), withinMs);
    if (outcome.kind !== 'stored') {
      const host = found.source.url === null ? undefined : URL.parse(found.source.url)?.host;
      context.recorder.logTrouble(task, 'a finished video could not be copied; trying again', {
        reason: outcome.reason,
        ...(host !== undefined && { host }),
      });
      posterEnding.abort();
      await dropPoster(run, await poster);
      return outcome;
    }
    const stored = await poster;
    return stored === null ? outcome : { ...outcome, video: { ...outcome.video, poster: stored } };
  } catch (error) {
    posterEnding.abort();
    await dropPoster(run, await poster);
    if (isTaken && !signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    await reporting;
  }
}

/** Removes a poster whose video is not stored. What fails here is left to housekeeping. */
async function dropPoster({ context: { files, store } }: CheckRun, poster: Poster | null): Promise<void> {
  if (poster === null) return;
  try {
    await files.remove(poster.mediaKey);
    await store.media.forget([poster.mediaKey]);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

/** A source as the archive takes it. */
const archiveSourceOf = (provider: VideoProvider, source: VideoSource): string | PrivateVideo =>
  source.kind === 'url'
    ? source.url
    : {
        url: source.url,
        open: (signal) => {
          if (provider.openVideo === undefined) throw new Error(`${provider.label} opens no videos`);
          return provider.openVideo(source.reference, signal);
        },
      };

/** Records that the video is ready and being copied; false when the task is no longer ours. */
async function reportCopy(
  { context, task, lease, askedAt }: CheckRun,
  { providerStatus, memo }: FoundVideo,
): Promise<boolean> {
  const { recorder, provider } = context;
  // Where this was tried before, the hint says what came of it.
  const isKnown = task.provider.status === providerStatus && task.hint !== null;
  const hint = isKnown ? hintOf(task) : beingCopied(provider.label);
  const recorded = await recorder.record(
    task.id,
    { kind: 'observed', providerStatus, percent: null, memo, hint },
    { whileLeasedBy: lease.owner, schedule: { lastCheckedAt: askedAt } },
  );
  return recorded !== null && isTerminal(recorded.stage) === isTerminal(task.stage);
}
