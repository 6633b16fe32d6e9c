import { toGlobalId } from '../src/schema/global-id.ts';
import type { TaskId } from '../src/domain/video-task.ts';

/** The id of the n-th task; every contestant has the same ones. */
export const taskIdOf = (index: number): TaskId => `bench-${String(index).padStart(16, '0')}` as TaskId;

/** The same as clients write it. */
export const globalIdOf = (index: number): string => toGlobalId(taskIdOf(index));

/** The prompt of every task. */
export const prompt =
  'A ring turns on black velvet, lit from the left, the camera at the height of the stone';

/** What stands in `providerStatus`: when it was published, and as much text as a payload shall have. */
export const statusText = (publishedUs: number, filler: string): string => `t:${publishedUs}:${filler}`;
