import type { Task } from '../api/task.ts';
import type { SeenTask } from '../live/progress.ts';

/** The most that are compared side by side. */
export const mostCompared = 4;

/** Identifies the variants of one request: tasks of one group that were asked for with the same words. */
export type VariantKey = Pick<Task, 'group' | 'userPrompt' | 'label'>;

const isVariant = (task: Task, { group, userPrompt, label }: VariantKey): boolean =>
  task.group !== null && task.group === group && task.userPrompt === userPrompt && task.label === label;

/** The variants of a request among the tasks of its group, newest first: in the order in which they were made. */
export const variantsAmong = (members: readonly SeenTask[], key: VariantKey): readonly SeenTask[] =>
  members.filter(({ task }) => isVariant(task, key)).toReversed();
