import type { ProviderHealth, VideoProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import type { Owner, ProviderName, TaskId } from '../domain/video-task.ts';
import type { VideoTasks } from '../commands/video-tasks.ts';

/** Who asks. */
export interface Viewer {
  readonly owner: Owner;
}

/** The long-lived rooms that resolvers reach; the same for every operation. */
export interface Services {
  readonly tasks: VideoTasks;
  readonly store: Store;
  readonly providers: readonly VideoProvider[];
  /** How a provider answers these minutes. */
  readonly health: (provider: ProviderName) => ProviderHealth;
  /** The absolute address of a file under `/media/`. */
  readonly mediaUrl: (key: string) => string;
}

/** What every resolver gets. Nothing of the request itself: transports have read it by then. */
export interface Context extends Services {
  readonly viewer: Viewer;
  /** Only in operations that make much work: each root field waits for an iteration of the event loop of its own. */
  readonly nextSlice?: () => Promise<void>;
}

/** What a subscription field asks of the transport: which changes, and from where. */
export class TaskStatusSource implements AsyncIterable<never> {
  readonly id: TaskId | null;
  readonly after: number | null;

  constructor(id: TaskId | null, after: number | null) {
    this.id = id;
    this.after = after;
  }

  /** Transports read the fields instead: one stream serves all who ask the same. */
  [Symbol.asyncIterator](): never {
    throw new Error('Subscriptions are served over WebSocket and text/event-stream only');
  }
}
