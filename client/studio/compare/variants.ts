import type { Task } from '../api/task.ts';
import type { SeenTask } from '../live/progress.ts';

/** The most that are compared side by side. */
const mostCompared = 4;

/** Identifies the variants of one request: tasks of one group that were asked for with the same words. */
export type VariantKey = Pick<Task, 'group' | 'userPrompt' | 'label'>;

const isVariant = (task: Task, { group, userPrompt, label }: VariantKey): boolean =>
  task.group !== null && task.group === group && task.userPrompt === userPrompt && task.label === label;

/** The variants of a request among the tasks of its group, newest first: in the order in which they were made. */
export const variantsAmong = (members: readonly SeenTask[], key: VariantKey): readonly SeenTask[] =>
  members.filter(({ task }) => isVariant(task, key)).toReversed();

/**
 * The variants that are compared with a task, itself among them, and the position of the first one, from 1.
 *
 * @param members the tasks of its group, newest first
 */
export function comparedWith(
  members: readonly SeenTask[],
  task: Task,
): { readonly shown: readonly SeenTask[]; readonly first: number } {
  const variants = variantsAmong(members, task);
  const index = variants.findIndex((each) => each.task.id === task.id);
  const start = Math.max(0, index + 1 - mostCompared);
  return { shown: variants.slice(start, start + mostCompared), first: start + 1 };
}
