import type { MediaStore } from '../media/storage/media-store.ts';
import type { VideoProvider } from '../providers/provider.ts';
import type { ImageSources } from '../media/fetch/image-sources.ts';
import type { PromptWriter } from '../providers/google/text/prompt-writer.ts';
import { providerLabel } from '../providers/registry.ts';
import type { Store } from '../store/store.ts';
import type { Owner, ProviderName, VideoTask } from '../domain/video-task.ts';
import type { Budgets } from '../domain/budgets.ts';
import type { PromptFrames } from './prompt-frames.ts';
import type { OwnRecorder } from './recorder.ts';

/** Bounds on what one owner may do. */
export interface OwnerLimits {
  readonly openTasks: number;
  /** Null: no limit. */
  readonly mutationsPerMinute: (owner: Owner) => number | null;
}

/** The modules below, as the commands use them. */
export interface Commands {
  /** Without the methods that read or change a task of any owner. */
  readonly store: Omit<Store, 'get' | 'change'>;
  /** Storage of uploads and videos. */
  readonly files: MediaStore;
  readonly recorder: OwnRecorder;
  /** In the operator's order of preference. */
  readonly providers: readonly VideoProvider[];
  readonly promptFrames: PromptFrames;
  /** Writes prompts from pictures; null where no language model is configured. */
  readonly promptWriter: PromptWriter | null;
  /** Fetches images from addresses of callers, through the address guard. */
  readonly images: Pick<ImageSources, 'fetch'>;
  /** Budgets of owners. */
  readonly budgets: Budgets;
  /** The limit of the uploads of one owner, in bytes. */
  readonly maxUploadBytes: number;
  /** Bounds on what one owner may do; without them, none. */
  readonly limits?: OwnerLimits;
  /** Reports to the worker that a provider has new work; a hint only. */
  readonly wakeWorker: (provider: ProviderName) => void;
  /** To be called when the change of a command is committed, and only waits for the disk: the next one may write. */
  readonly onCommitted?: () => void;
  readonly now: () => number;
}

/** The label of a task's provider, also where it is no longer configured. */
export const labelOf = (task: VideoTask): string => providerLabel(task.provider.name);
