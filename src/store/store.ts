import type { CreateAllowance, CreateLimit, CreateReservation } from './create-limit.ts';
import type {
  IdempotencyKey,
  InsertConditions,
  InsertResult,
  KeptKey,
  NewTrackedTask,
  NewVideoTask,
  TrackedResult,
} from './new-task.ts';
import type { Page, PageRequest, TaskFilter, TaskTotal } from './task-list.ts';
import type { SpendingReport } from '../domain/spending-report.ts';
import type { SpendingRange } from './reads/spending-slices.ts';
import type { IndexingRound } from './search/search-index.ts';
import type { SharedState } from './shared-state.ts';
import type { SharedWork } from './work/due-owners.ts';
import type { DueTimes } from './work/due-work.ts';
import type { Owner, ProviderName, TaskId, Transition, Upload, VideoTask } from '../domain/video-task.ts';
import type { TaskCount } from './queries/task-counts.ts';
import type { MediaRecords } from './media-records.ts';
import type { ProviderFacts } from '../domain/provider-facts.ts';
import type { Change } from '../domain/state-machine/change.ts';
import type { TaskField, TaskWith } from '../domain/task-fields.ts';

/** The facts from which a waiting task's position in the queue follows. */
export type WaitingTask = TaskWith<'number' | 'owner' | 'provider.name' | 'work.dueAt'>;

/** The cost of a month so far. */
export interface Spending {
  readonly usd: number;
  /** True if all of it was reported by providers. */
  readonly settled: boolean;
}

/** The due work to claim, and the lease to give it. */
export interface ClaimRequest {
  readonly provider: ProviderName;
  readonly now: number;
  readonly limit: number;
  /** At most so many checks; without it: as many as the limit holds. */
  readonly checks?: number;
  /** At most so many tasks that wait to be sent; without it: as many as the limit holds. */
  readonly submits?: number;
  /** The slots that owners hold already, so that no owner takes the slots of others; without it, every slot is free to all. */
  readonly sharing?: Readonly<Record<SharedWork, Sharing>>;
  /** Checks that are left out; the others are then not shared between owners. */
  readonly except?: readonly TaskId[];
  /** Only tasks that wait to be sent since before this time, due or not; they are only to be ended. */
  readonly expiredBefore?: number;
  readonly leaseOwner: string;
  readonly leaseUntil: number;
}

/** The sharing of slots of one kind of work between owners. */
export interface Sharing {
  /** Slots that an owner's work holds. */
  readonly heldBy: (owner: Owner) => number;
  /** Of the free slots, so many go only to owners who hold none. */
  readonly kept: number;
}

/** A check of a claimed task that found nothing new. Times in milliseconds since 1970. */
export interface UnchangedCheck {
  readonly id: TaskId;
  /** The claim that holds the task. */
  readonly leaseOwner: string;
  /** Of the task that was checked. */
  readonly revision: number;
  readonly askedAt: number;
  /** The number of checks, this one included. */
  readonly checks: number;
  /** When to check again. */
  readonly dueAt: number;
}

/** The changes to read. */
export interface ChangeScope {
  readonly limit: number;
  readonly owner?: Owner;
  /** The last revision to read. */
  readonly upTo?: number;
  /** Unfinished tasks only. */
  readonly openOnly?: boolean;
  readonly label?: string;
  readonly group?: string;
}

/** A value, or the promise of one where it has to be waited for. */
export type MaybePromise<Value> = Value | Promise<Value>;

/** A place in the order of changes that a client handed in. */
export type ParsedRevision =
  | { readonly kind: 'known'; readonly counter: number }
  | { readonly kind: 'unreadable' | 'foreign' | 'future' };

/**
 * Everything that outlives the process. Two dialects implement it, one suite holds both to it.
 *
 * What a method reports as written is durable, and a read is never older than the last commit before it. A start may undo
 * claims and leases, a power cut (not the end of the process) `noteUnchanged`: a check is then repeated. Each method is one transaction, except those whose work grows with the rows (`page` with a filter, `countMatching`,
 * `queuePosition`, `spendingReport`, `latestTime`, `shiftPlans`, `purgeDeleted`): they work in slices and let other work pass between them.
 */
export interface Store extends AsyncDisposable {
  /** The state that instances share beside tasks. */
  readonly shared: SharedState;
  /** True if other processes may have the database open too. */
  readonly isShared: boolean;
  /** The clock of all stored times, in whole milliseconds since 1970: the same for all who share the database. */
  now(): number;
  /** Keeps a new task, or finds the one that the same key made before. */
  insert(
    task: NewVideoTask,
    idempotency: IdempotencyKey | null,
    conditions?: InsertConditions,
  ): Promise<InsertResult>;
  /**
   * Keeps a task that follows `trackedId`, or finds the owner's own one. The new task gets it as its
   * `providerTaskId`, unless another owner's task has it.
   */
  insertTracked(
    task: NewTrackedTask,
    conditions?: Pick<InsertConditions, 'openLimit'>,
  ): Promise<TrackedResult>;
  /** The input and the task of a key, both on the disk; null for a new key. */
  findKey(owner: Owner, key: string): Promise<KeptKey | null>;
  /** Answers at once where the database can, as does `getOwn`. */
  get(id: TaskId): MaybePromise<VideoTask | null>;
  /** The name of the claim that holds a task; null where none does, or the task is unknown. */
  leaseOwnerOf(id: TaskId): MaybePromise<string | null>;
  /**
   * A task as its owner sees it: another owner's, an unknown and a deleted one are null alike.
   *
   * @param fields the only ones to read; a list that comes again is known by its identity
   */
  getOwn<Field extends TaskField = TaskField>(
    owner: Owner,
    id: TaskId,
    fields?: readonly Field[],
  ): MaybePromise<TaskWith<Field> | null>;
  /** The task that has a provider's id; a deleted one has it no longer. */
  getByProviderTask(provider: ProviderName, providerTaskId: string): Promise<VideoTask | null>;
  /** The task that an owner follows by a provider's id, also in name only. */
  getTracked(owner: Owner, provider: ProviderName, trackedId: string): Promise<VideoTask | null>;
  getByCallbackToken(token: string): Promise<VideoTask | null>;
  page(request: PageRequest): Promise<Page>;
  /**
   * The number of tasks of an owner that a filter lets pass, or `most` where there are more. With a search, each one that
   * is counted is read; with times, labels and groups some 0.1 to 1.5 µs each are spent. It ends, and is not exact, where that
   * is too much work. Null: of all owners.
   */
  countMatching(owner: Owner | null, filter: TaskFilter, most?: number): Promise<TaskTotal>;
  /**
   * Brings the index for `search` up to date, in steps of some milliseconds; one process does so at a time. Searches find
   * the same without it, at a cost that grows with the owner's tasks.
   *
   * @param signal ends it within one step: what was not finished is begun again by the next call
   * @throws the reason of the signal
   */
  indexSearch(signal: AbortSignal): Promise<IndexingRound>;
  /** The steps of a task, oldest first. Those of tasks that are asked for together are one query. */
  history(id: TaskId): Promise<readonly Transition[]>;
  /** As `getOwn`; tasks that are asked for together are one query. */
  getOwnNested(owner: Owner, id: TaskId): Promise<VideoTask | null>;
  /**
   * Decides and writes in one transaction, on the row as it is there.
   * `decide` may run more than once and must be pure; null leaves the row alone. A cost goes to the ledger too.
   *
   * @throws ProviderTaskTakenError when the patch names a provider's id that another task has, or that another task of
   *   the owner follows; a deleted one lets go of it
   */
  change(id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null>;
  /** The same for a task of this owner that is not deleted; null also where there is none. */
  changeOwn(owner: Owner, id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null>;
  /** Claims due work without a lease: checks by due time, tasks to be sent by owners in turn. */
  claim(request: ClaimRequest): Promise<readonly VideoTask[]>;
  /** Keeps claimed work for longer; returns the ids of the tasks that these claims still hold. */
  renew(leaseOwners: readonly string[], leaseUntil: number): Promise<readonly TaskId[]>;
  /**
   * Writes a check that found nothing new, and returns the lease. False, and nothing is written, where the lease is gone, the task
   * has changed or the provider has called back since: then it must be written as a change.
   */
  noteUnchanged(check: UnchangedCheck): Promise<boolean>;
  /** What is known of files. */
  readonly media: MediaRecords;
  /** Facts that providers report now and then. */
  readonly providerFacts: ProviderFacts;
  insertUpload(upload: Upload): Promise<void>;
  /** The size of the uploads of an owner, in bytes; a small one counts as 64 KB. */
  uploadedBytes(owner: Owner): Promise<number>;
  /** The upload, if it is this owner's. */
  getUpload(owner: Owner, id: string): Promise<Upload | null>;
  /** The same, marked as used now. */
  useUpload(owner: Owner, id: string, now: number): Promise<Upload | null>;
  /** Forgets uploads that were last used before `usedBefore`; nothing names their files then. */
  sweepUploads(usedBefore: number): Promise<void>;
  /** The time at which a provider's next work is due, in milliseconds since 1970; null when there is none. */
  nextDueAt(provider: ProviderName): Promise<number | null>;
  /** The same by kind of work. */
  dueTimes(provider: ProviderName): Promise<DueTimes>;
  /** Spreads overdue checks over the next `overMs`; `random` from 0 to 1. */
  spreadChecks(
    provider: ProviderName,
    spread: { readonly now: number; readonly overMs: number; readonly random: number },
  ): Promise<void>;
  /** Makes up to `limit` later checks of open tasks, or of those whose hint has `inHint`, due at `at`; false when there are none. */
  bringChecksForward(
    provider: ProviderName,
    at: number,
    limit: number,
    inHint: string | null,
  ): Promise<boolean>;
  /** The newest time that unfinished tasks carry. */
  latestTime(): Promise<number | null>;
  /**
   * Corrects every planned time of a provider's work after the clock was set back.
   *
   * @param leasesUntil the end of leases of other processes that would hold for longer: those have ended
   */
  shiftPlans(provider: ProviderName, byMs: number, leasesUntil: number): Promise<void>;
  /** The number of tasks that are sent before one that waits. For a queue of thousands it may be as of a moment ago. */
  queuePosition(task: WaitingTask): MaybePromise<number>;
  /** Takes a place in a provider's create budget, kept across restarts and instances. */
  reserveCreate(provider: ProviderName, limit: CreateLimit): Promise<CreateReservation>;
  /** The number of free places in it. */
  createAllowance(provider: ProviderName, limit: CreateLimit): Promise<CreateAllowance>;
  /** Lets no create begin before a time; a longer pause stays. */
  pauseCreates(provider: ProviderName, until: number): Promise<void>;
  /** The cost of the tasks of an owner in a UTC month, such as 2026-11. */
  spending(owner: Owner, month: string): Promise<Spending>;
  /** The cost of an owner's tasks in a range of UTC days, at a cost that grows with the tasks of the range. */
  spendingReport(owner: Owner, range: SpendingRange): Promise<SpendingReport>;
  countOpen(owner: Owner): Promise<number>;
  /** The number of all tasks by provider and status; a pair that is absent has none. */
  taskCounts(): Promise<readonly TaskCount[]>;
  /**
   * Removes what is left of tasks that were deleted before a time; nothing names their files then. When `signal`
   * aborts, it ends early, and the next call goes on.
   */
  purgeDeleted(before: number, signal?: AbortSignal): Promise<void>;
  /** The newest states of tasks that changed after a place in the order of changes, in that order. */
  changesAfter(counter: number, scope: ChangeScope): Promise<readonly VideoTask[]>;
  /** The counter of the last committed revision. */
  lastRevision(): Promise<number>;
  /** The text that clients get for a counter. */
  formatRevision(counter: number): string;
  parseRevision(text: string): Promise<ParsedRevision>;
  /** Calls back after each commit that took a revision, here or in another process. */
  onRevision(listener: RevisionListener): Disposable;
}

/**
 * Gets the task as it was committed, or null where that is not known here. Those of one process may be told in another
 * order than that of their revisions. Must not throw.
 */
export type RevisionListener = (task: VideoTask | null) => void;
