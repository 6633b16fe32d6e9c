import type { Archive } from '../media/archive.ts';
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
  readonly files: Pick<MediaFiles, 'read'>;
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

/** A claim on one task. */
export interface Lease {
  readonly owner: string;
  /** Whether nobody else can have taken the task yet. */
  readonly isHeld: () => boolean;
}
