import type { Logger } from 'pino';
import type { Archive } from '../media/archive.ts';
import type { ImageSources } from '../media/fetch/image-sources.ts';
import type { MediaFiles } from '../media/media-files.ts';
import type { VideoProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import type { Recorder } from '../commands/recorder.ts';
import type { HealthMonitor } from './provider-health/health-monitor.ts';

/** What a piece of work needs from the rooms around it. */
export interface WorkContext {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly provider: VideoProvider;
  readonly log: Logger;
  /** Where uploaded images and finished videos lie. */
  readonly files: Pick<MediaFiles, 'blob' | 'has' | 'remove'>;
  readonly imageSources: Pick<ImageSources, 'whyUnreachable'>;
  readonly archive: Pick<Archive, 'fetch'>;
  /** How long a task may stay without an end, in milliseconds. */
  readonly patienceMs: number;
  /** The address that the provider may call back for a task; null without a public one. */
  readonly callbackUrl: (task: VideoTask) => string | null;
  /** Whether the provider calls back by itself these days, and was told where to for this task. */
  readonly callbacksArrive: (task: VideoTask) => boolean;
  /** Takes each outcome as soon as it is known: other work for the provider depends on it. */
  readonly health: Pick<HealthMonitor, 'noteCheck' | 'noteSubmission'>;
  readonly now: () => number;
  readonly random: () => number;
}

/** A claim on one task. */
export interface Lease {
  /** Its name in the database. */
  readonly owner: string;
  /** Whether nobody else can have taken the task yet. */
  readonly isHeld: () => boolean;
}

/** How much longer than its patience a task is looked at that ended without the provider's word. */
const lateWatchFactor = 4;

/** Until when a late success may still complete a task that failed for want of news, in milliseconds since 1970. */
export const lateWatchEnds = ({ patienceMs }: Pick<WorkContext, 'patienceMs'>, task: VideoTask): number =>
  task.createdAt + lateWatchFactor * patienceMs;

/** Until when a task may stay without an end, in milliseconds since 1970. */
export const patienceEnds = ({ patienceMs }: Pick<WorkContext, 'patienceMs'>, task: VideoTask): number =>
  task.createdAt + patienceMs;

/** Whether a task is older than its patience. */
export const isOverdue = (context: Pick<WorkContext, 'now' | 'patienceMs'>, task: VideoTask): boolean =>
  context.now() >= patienceEnds(context, task);
