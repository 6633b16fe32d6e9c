import type { FeedFilter } from '../events/feed.ts';
import type { ProviderHealth, VideoProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { Owner, ProviderName, TaskId } from '../domain/video-task.ts';
import type { VideoTasks } from '../commands/video-tasks.ts';

/** The caller. */
export interface Viewer {
  readonly owner: Owner;
  /** Set where it may see and change the tasks of all owners. */
  readonly isAdmin?: true;
}

/** The long-lived services that resolvers use; the same for every operation. */
export interface Services {
  readonly tasks: VideoTasks;
  readonly store: Store;
  readonly providers: readonly VideoProvider[];
  /** The availability of a provider in the last minutes. */
  readonly health: (provider: ProviderName) => ProviderHealth;
  /** True while a provider refuses this server's key. */
  readonly isKeyRefused: (provider: ProviderName) => boolean;
  /** The absolute URL of a file under `/media/`. */
  readonly mediaUrl: (key: string) => string;
  /** The absolute URL of the page that shows a video. */
  readonly shareUrl: (key: string) => string;
  /** How long the copy of a video is kept, in milliseconds; null: until its task is deleted. */
  readonly mediaRetentionMs: number | null;
}

/** The context of every resolver. It has nothing of the request: transports have read it before. */
export interface Context extends Services {
  readonly viewer: Viewer;
  /** Only in heavy operations: each root field waits for its own iteration of the event loop. */
  readonly nextSlice?: () => Promise<void>;
}

/** The changes that a subscription selects: of one task, some or all, from the present or from a revision on. */
export class TaskStatusSource implements AsyncIterable<never> {
  readonly id: TaskId | null;
  readonly after: number | null;
  /** Null for every task. */
  readonly filter: FeedFilter | null;
  /** Whose tasks: for an admin also another's, or `everyOwner`. */
  readonly owner: Owner;

  constructor(owner: Owner, id: TaskId | null, after: number | null, filter: FeedFilter | null) {
    this.owner = owner;
    this.id = id;
    this.after = after;
    this.filter = filter;
  }

  /** Never iterated: one shared stream serves all subscriptions that select the same. */
  [Symbol.asyncIterator](): never {
    throw new Error('Subscriptions are served over WebSocket and text/event-stream only');
  }
}
