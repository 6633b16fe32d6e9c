import { toGlobalId } from '../src/domain/task-names/global-id.ts';
import type { TaskId } from '../src/domain/video-task.ts';

/** The id of the n-th task, the same for every contestant. */
export const taskIdOf = (index: number): TaskId => `bench-${String(index).padStart(16, '0')}` as TaskId;

/** The global id of the n-th task, as clients send it. */
export const globalIdOf = (index: number): string => toGlobalId(taskIdOf(index));

/** The prompt of every task. */
export const prompt =
  'A ring turns on black velvet, lit from the left, the camera at the height of the stone';

/** `providerStatus` of a change: the time of publication, and filler up to the size of a payload. */
export const statusText = (publishedUs: number, filler: string): string => `t:${publishedUs}:${filler}`;
