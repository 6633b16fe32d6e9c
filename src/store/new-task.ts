import type { Change } from '../domain/state-machine/change.ts';
import type { Wording } from '../domain/messages.ts';
import type { TaskId, VideoTask } from '../domain/video-task.ts';

/** A task before it has a place in the order of changes. */
export type NewVideoTask = Omit<VideoTask, 'number' | 'revision'>;

/** A new task that follows an id of the provider. */
export type NewTrackedTask = NewVideoTask & { readonly provider: { readonly trackedId: string } };

/** A key that makes a repeated call find the first one's task. */
export interface IdempotencyKey {
  readonly key: string;
  /** Hash of the input as given; another one under the same key is a conflict. */
  readonly inputHash: string;
}

/** The result of an insert. */
export type InsertResult =
  | { readonly kind: 'inserted'; readonly task: VideoTask }
  | { readonly kind: 'repeated'; readonly task: VideoTask }
  | { readonly kind: 'conflict' }
  /** The key's task was deleted. */
  | { readonly kind: 'gone' }
  /** The month's limit does not hold the estimate; `spentUsd` is what is booked already. */
  | { readonly kind: 'overBudget'; readonly spentUsd: number }
  /** The task that was to be replaced is not as it must be. */
  | { readonly kind: 'outrun' }
  /** The owner has as many open tasks as are allowed. */
  | { readonly kind: 'tooManyOpen' };

/** Conditions of an insert, checked in its transaction. */
export interface InsertConditions {
  /** The owner's budget in the month of the task's creation; null: no limit. */
  readonly limitUsd: number | null;
  /** The limit of the owner's open tasks, this one included; without it, any number. */
  readonly openLimit?: number;
  /** A change of another task of the same owner that is written with the insert, or neither is. */
  readonly replaces?: { readonly id: TaskId; readonly decide: (task: VideoTask) => Change | null };
  /** Called when the insert is committed, where it is not yet on the disk then. Must not throw. */
  readonly onCommitted?: () => void;
  /** Noted in the first row of the task's history. */
  readonly reason?: Wording;
}

/** The result of `insertTracked`. */
export type TrackedResult =
  | { readonly kind: 'inserted' | 'repeated'; readonly task: VideoTask }
  /** The owner has as many open tasks as are allowed. */
  | { readonly kind: 'tooManyOpen' };

/** The input and the task of an idempotency key. */
export interface KeptKey {
  readonly inputHash: string;
  /** Null when it was deleted. */
  readonly task: VideoTask | null;
}
