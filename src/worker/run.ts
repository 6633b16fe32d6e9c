import type { Archive } from '../media/archive.ts';
import type { ImageSources } from '../media/image-sources.ts';
import type { MediaFiles } from '../media/media-files.ts';
import type { VideoProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { VideoTask } from '../store/video-task.ts';
import type { Recorder } from '../tasks/recorder.ts';

/** What a piece of work needs from the rooms around it. */
export interface WorkContext {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly provider: VideoProvider;
  /** Where uploaded images lie. */
  readonly files: Pick<MediaFiles, 'blob' | 'has'>;
  readonly imageSources: Pick<ImageSources, 'whyUnreachable'>;
  readonly archive: Pick<Archive, 'fetch'>;
  /** How long a task may stay without an end, in milliseconds. */
  readonly patienceMs: number;
  /** The address that the provider may call back for a task; null without a public one. */
  readonly callbackUrl: (task: VideoTask) => string | null;
  /** Whether the provider calls back by itself these days. */
  readonly callbacksArrive: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

/** What a piece of work learned of the provider itself: it answered, it failed, or neither. */
export type ProviderSign =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null }
  | { readonly kind: 'none' };

/** A claim on one task. */
export interface Lease {
  readonly owner: string;
  /** Whether nobody else can have taken the task yet. */
  readonly isHeld: () => boolean;
}

/** How much longer than its patience a task is looked at that ended without the provider's word. */
const lateWatchFactor = 4;

/** Until when a late success may still complete a task that failed for want of news, in milliseconds since 1970. */
export const lateWatchEnds = ({ patienceMs }: Pick<WorkContext, 'patienceMs'>, task: VideoTask): number =>
  task.createdAt + lateWatchFactor * patienceMs;

/** Whether a task is older than its patience. */
export const isOverdue = ({ now, patienceMs }: WorkContext, task: VideoTask): boolean =>
  now() - task.createdAt >= patienceMs;
