import type { TaskFilter } from '../task-list.ts';
import type { TaskRow } from '../tables/tasks.ts';

/** The columns that a search looks into. */
export const searchedColumns = ['id', 'prompt', 'label', 'provider_task_id', 'tracked_id'] as const;

/** What a search sees of a task. */
export type SearchedRow = Pick<TaskRow, (typeof searchedColumns)[number]>;

/**
 * A text as searches compare it: without regard to letter case, by the rules of Unicode that hold in every language
 * (`İ` is `i` and a dot above, `ß` stays, both small sigmas are one, `ё` is a letter of its own). NUL and halves of a
 * surrogate pair, which databases store differently or not at all, are U+FFFD.
 */
export const folded = (text: string): string =>
  text.toWellFormed().replaceAll('\0', '\uFFFD').toLowerCase().replaceAll('ς', 'σ');

/** A search of one row: `part` in any of its texts, or an id that begins with `start`; both folded. */
export interface Search {
  readonly part: string;
  readonly start: string | null;
}

/** The search of a filter; null where it has none. */
export function searchOf({ search, idStart }: TaskFilter): Search | null {
  if (search === undefined || search === '') return null;
  return { part: folded(search), start: idStart === undefined ? null : folded(idStart) };
}

/** True if a row is found. It runs in JavaScript because SQLite folds the case of ASCII only. */
export function isFound({ part, start }: Search, row: SearchedRow): boolean {
  return (
    // A folded string that is in a text as it stands is in the folded text too, and is found without folding.
    searchedColumns.some((column) => row[column]?.includes(part)) ||
    searchedColumns.some((column) => {
      const text = row[column];
      return text !== null && folded(text).includes(part);
    }) ||
    (start !== null && folded(row.id).startsWith(start))
  );
}
