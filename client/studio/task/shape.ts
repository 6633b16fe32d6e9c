import type { Task } from '../api/task.ts';
import { ratioOf } from '../create/aspect-picture.tsx';

/** Width to height: of the first video whose size is known, otherwise of what was asked for. */
export function shapeOf(tasks: readonly Task[]): number {
  for (const { video } of tasks) {
    if (video !== null && video.width !== null && video.height) return video.width / video.height;
  }
  return ratioOf(tasks[0]?.aspectRatio ?? 'AUTO');
}
