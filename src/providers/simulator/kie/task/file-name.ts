import { type SimulatedTask } from './../account-state.ts';

/** Completion in unix seconds: with the task id it makes the file name (recorded Kie traffic, 2026-04-20). */
export function unixOf(task: SimulatedTask): number {
  return Math.floor(task.finishesAt / 1000);
}

/** The parts of a result's path: `v` the video, `s` its 720p original, `p` its 1080p upgrade, `_1` the 4k upgrade. */
export interface FileName {
  readonly taskId: string;
  readonly unix: number;
  readonly kind: 'mp4' | 'jpg';
}

/** Reads the path of a result file. */
export function readFilePath(path: string): FileName | undefined {
  const match = /^\/[vsp]\/([0-9a-f]{32})_(\d{1,12})(?:_1)?\.(mp4|jpg)$/.exec(path);
  if (!match?.[1]) return undefined;
  return { taskId: match[1], unix: Number(match[2]), kind: match[3] === 'jpg' ? 'jpg' : 'mp4' };
}
