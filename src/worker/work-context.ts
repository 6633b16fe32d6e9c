import type { Logger } from 'pino';
import type { Archive } from '../media/archive.ts';
import type { ImageSources } from '../media/fetch/image-sources.ts';
import type { Posters } from '../media/posters.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { MediaStore } from '../media/storage/media-store.ts';
import type { VideoProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { VideoTask } from '../domain/video-task.ts';
import type { Recorder } from '../commands/recorder.ts';
import type { KeyWatch } from './provider-health/key-watch.ts';
import type { HealthMonitor } from './provider-health/health-monitor.ts';

/** The modules and settings that work on a task needs. */
export interface WorkContext {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly provider: VideoProvider;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The store of uploaded images and finished videos. */
  readonly files: Pick<MediaStore, 'open' | 'find' | 'remove'>;
  readonly imageSources: Pick<ImageSources, 'whyUnreachable' | 'fetch'>;
  readonly archive: Pick<Archive, 'fetch'>;
  readonly posters: Pick<Posters, 'store'>;
  /** Time for which a task may stay open, in milliseconds. */
  readonly patienceMs: number;
  /** The address for callbacks of the provider about a task; null without a public one. */
  readonly callbackUrl: (task: VideoTask) => string | null;
  /** True if a callback about a task can be expected: then regular checks are rarer. */
  readonly callbacksArrive: (task: VideoTask) => boolean;
  /** Takes each outcome as soon as it is known: other work for the provider depends on it. */
  readonly health: Pick<HealthMonitor, 'noteCheck' | 'noteSubmission'>;
  readonly key: Pick<KeyWatch, 'suspect' | 'isRefused' | 'health'>;
  readonly now: () => number;
  readonly random: () => number;
}

/** The lease of one task. */
export interface Lease {
  /** The name of its claim in the database. */
  readonly owner: string;
  /** True if no other worker can have claimed the task yet. */
  readonly isHeld: () => boolean;
}

/** For how many times its patience a task is checked that ended without an answer of the provider. */
const lateWatchFactor = 4;

/** The time until which a late success may still complete a task whose patience ended, in milliseconds since 1970. */
export const lateWatchEnds = ({ patienceMs }: Pick<WorkContext, 'patienceMs'>, task: VideoTask): number =>
  task.createdAt + lateWatchFactor * patienceMs;

/** The time until which a task may stay open, in milliseconds since 1970. */
export const patienceEnds = ({ patienceMs }: Pick<WorkContext, 'patienceMs'>, task: VideoTask): number =>
  task.createdAt + patienceMs;

/** True if a task is older than its patience. */
export const isOverdue = (context: Pick<WorkContext, 'now' | 'patienceMs'>, task: VideoTask): boolean =>
  context.now() >= patienceEnds(context, task);
