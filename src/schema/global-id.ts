import type { TaskId } from '../domain/video-task.ts';

const prefix = 'task_';
/** 128 bits in base64url. */
const shape = /^task_([\w-]{22})$/;

/** The id that clients see: it tells its type, and needs no quoting in addresses. */
export const toGlobalId = (id: TaskId): string => `${prefix}${id}`;

/** The task that a client's id names; null for anything that cannot be one. */
export const fromGlobalId = (globalId: string): TaskId | null =>
  (shape.exec(globalId)?.[1] as TaskId | undefined) ?? null;

/** What a client's id begins with behind its prefix, as far as he typed it; null for a text that begins otherwise. */
export const startOfId = (text: string): string | null => /^task_([\w-]{1,22})$/i.exec(text)?.[1] ?? null;
