import type { Owner, ProviderName, Status, TaskId, Transition, Upload, VideoTask } from './video-task.ts';

/** A task before it has a place in the order of changes. */
export type NewVideoTask = Omit<VideoTask, 'number' | 'revision'>;

/** A key that makes a repeated call find the first one's task. */
export interface IdempotencyKey {
  readonly key: string;
  /** Hash of the input as given; another one under the same key is a conflict. */
  readonly inputHash: string;
}

/** What became of an insert. */
export type InsertResult =
  | { readonly kind: 'inserted'; readonly task: VideoTask }
  | { readonly kind: 'repeated'; readonly task: VideoTask }
  | { readonly kind: 'conflict' }
  /** The key's task was deleted. */
  | { readonly kind: 'gone' };

/** A write decided on the row as it is inside the transaction. */
export interface Change {
  readonly patch: Partial<VideoTask>;
  /** Whether the change takes a new revision. */
  readonly announces: boolean;
  readonly transition: Transition | null;
}

/** Which tasks a list is about. */
export interface TaskFilter {
  readonly status?: readonly Status[];
  readonly provider?: readonly ProviderName[];
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  /** In prompt, label and ids, whatever the case. */
  readonly search?: string;
}

/** One page, newest first. `after` and `before` are a task's `number`. */
export interface PageRequest {
  readonly owner: Owner;
  readonly filter: TaskFilter;
  readonly from: 'newest' | 'oldest';
  readonly limit: number;
  readonly after?: number;
  readonly before?: number;
}

/** A page, newest first, as of one revision. */
export interface Page {
  readonly tasks: readonly VideoTask[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
  readonly revision: number;
}

/** Which due work to take, and until when it is kept from others. */
export interface ClaimRequest {
  readonly provider: ProviderName;
  readonly now: number;
  readonly limit: number;
  readonly leaseOwner: string;
  readonly leaseUntil: number;
}

/** Which changes a read is about. */
export interface ChangeScope {
  readonly limit: number;
  readonly owner?: Owner;
  /** The last revision to read. */
  readonly upTo?: number;
  /** Unfinished tasks only. */
  readonly openOnly?: boolean;
}

/** A place in the order of changes that a client handed in. */
export type ParsedRevision =
  | { readonly kind: 'known'; readonly counter: number }
  | { readonly kind: 'unreadable' | 'foreign' | 'future' };

/**
 * Everything that outlives the process. Two dialects implement it, one suite holds both to it.
 *
 * Each method is one transaction: what it answers is durable, and a read is never older than the last commit.
 */
export interface Store extends AsyncDisposable {
  /** Keeps a new task, or finds the one that the same key made before. */
  insert(task: NewVideoTask, idempotency: IdempotencyKey | null): Promise<InsertResult>;
  get(id: TaskId): Promise<VideoTask | null>;
  getByProviderTask(provider: ProviderName, providerTaskId: string): Promise<VideoTask | null>;
  getByCallbackToken(token: string): Promise<VideoTask | null>;
  page(request: PageRequest): Promise<Page>;
  history(id: TaskId): Promise<readonly Transition[]>;
  /**
   * Decides and writes in one transaction, on the row as it is there.
   * `decide` may run more than once and must be pure; null leaves the row alone.
   */
  change(id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null>;
  /** Takes due work that nobody holds, soonest due first. */
  claim(request: ClaimRequest): Promise<readonly VideoTask[]>;
  /** Keeps claimed work for longer. */
  renew(leaseOwners: readonly string[], leaseUntil: number): Promise<void>;
  insertUpload(upload: Upload): Promise<void>;
  /** The upload, if it is this owner's, marked as used now. */
  useUpload(owner: Owner, id: string, now: number): Promise<Upload | null>;
  /** Forgets uploads that were last used before `usedBefore`; answers their media keys. */
  sweepUploads(usedBefore: number): Promise<readonly string[]>;
  /** When a provider's next work is due, in milliseconds since 1970; null when there is none. */
  nextDueAt(provider: ProviderName): Promise<number | null>;
  /** Takes a place in a provider's create budget, kept across restarts and instances. */
  reserveCreate(provider: ProviderName, limit: CreateLimit): Promise<CreateReservation>;
  /** The newest states of tasks that changed after a place in the order of changes, in that order. */
  changesAfter(counter: number, scope: ChangeScope): Promise<readonly VideoTask[]>;
  /** The counter of the last committed revision. */
  lastRevision(): Promise<number>;
  /** The text that clients get for a counter. */
  formatRevision(counter: number): string;
  parseRevision(text: string): Promise<ParsedRevision>;
  /** Calls back after each commit that took a revision, here or in another process. Must not throw. */
  onRevision(listener: () => void): Disposable;
}

/** A sliding window. */
export interface CreateLimit {
  readonly now: number;
  readonly windowMs: number;
  readonly max: number;
}

/** Granted at once, or told when to ask again. */
export type CreateReservation =
  | { readonly kind: 'granted' }
  | { readonly kind: 'full'; readonly freeAt: number };
