import type { TaskId } from '../video-task.ts';

const prefix = 'task_';
/** The characters of base64url. */
const shape = /^task_([\w-]{22})$/;

/** The id that clients see: it contains its type, and needs no quoting in URLs. */
export const toGlobalId = (id: TaskId): string => `${prefix}${id}`;

/** The task id of a global id; null for any string that is none. */
export const fromGlobalId = (globalId: string): TaskId | null =>
  (shape.exec(globalId)?.[1] as TaskId | undefined) ?? null;

/** The beginning of a task id in an incomplete global id; null for a string that is none. */
export const startOfId = (text: string): string | null => /^task_([\w-]{1,22})$/i.exec(text)?.[1] ?? null;
