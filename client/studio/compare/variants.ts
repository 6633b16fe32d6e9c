import type { Task } from '../api/task.ts';
import type { SeenTask } from '../live/progress.ts';

/** The most that are compared side by side. */
export const mostCompared = 4;

/** Identifies the variants of one request: tasks of one group that were asked for with the same words. */
export type VariantKey = Pick<Task, 'group' | 'userPrompt' | 'label'>;

const isVariant = (task: Task, { group, userPrompt, label }: VariantKey): boolean =>
  task.group !== null && task.group === group && task.userPrompt === userPrompt && task.label === label;

/** The variants of a request among known tasks, in the order in which they were made. */
export const variantsAmong = (tasks: readonly SeenTask[], key: VariantKey): readonly SeenTask[] =>
  key.group === null ? [] : tasks.filter(({ task }) => isVariant(task, key)).toReversed();

/** The position of a task among its variants, such as `2/3`; empty for a task that has none. */
export function positionAmong(tasks: readonly SeenTask[], task: Task): string {
  if (task.group === null) return '';
  const variants = variantsAmong(tasks, task);
  const index = variants.findIndex((each) => each.task.id === task.id);
  return variants.length < 2 || index === -1 ? '' : `${index + 1}/${variants.length}`;
}
