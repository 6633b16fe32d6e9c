import type { Owner, ProviderName, Stage, Status, VideoTask } from '../domain/video-task.ts';

/** The number of tasks that a filter lets pass. */
export interface TaskTotal {
  readonly count: number;
  /** False where there may be more: counting them took too much work. */
  readonly isExact: boolean;
}

/** The filter of a list; without a field, all tasks pass. */
export interface TaskFilter {
  readonly status?: readonly Status[];
  readonly stage?: readonly Stage[];
  readonly provider?: readonly ProviderName[];
  readonly label?: string;
  readonly group?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  /** Tasks that have not ended do not pass. */
  readonly endedAfter?: number;
  /** In prompt, label and ids, ignoring case. */
  readonly search?: string;
  /** In addition to `search`: tasks whose id begins so, ignoring case. */
  readonly idStart?: string;
}

/** One page, newest first. `after` and `before` are a task's `number`. */
export interface PageRequest {
  /** Null: the tasks of all owners. */
  readonly owner: Owner | null;
  readonly filter: TaskFilter;
  readonly from: 'newest' | 'oldest';
  readonly limit: number;
  readonly after?: number;
  readonly before?: number;
}

/** A page, newest first. Every change after `revision` that touches it is in `changesAfter` that revision. */
export interface Page {
  readonly tasks: readonly VideoTask[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /**
   * Null for a page that is full or the last one. Otherwise to find more took too much work: the page has what is up to this
   * number, in its direction and inclusive, and the next one continues with it as `after` or `before`.
   */
  readonly reached: number | null;
  readonly revision: number;
}
