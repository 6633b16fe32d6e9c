import { unixOf } from './file-name.ts';
import type { Behaviours } from '../../switches.ts';
import { type SimulatedTask, type KieWorld } from './../account-state.ts';

/** The state of a task, independent of contracts. */
export type Outcome =
  | { readonly kind: 'waiting' | 'generating' }
  | { readonly kind: 'success'; readonly url: string; readonly originUrl: string }
  | { readonly kind: 'fail'; readonly successFlag: 2 | 3; readonly code: number; readonly msg: string };

const failures = {
  fail: { successFlag: 2, code: 501, msg: 'Video generation task failed' },
  filtered: {
    successFlag: 2,
    code: 400,
    msg: 'Your prompt was flagged by Website as violating content policies.',
  },
  // Recorded on a sibling record-info, 2026-08-18.
  'upstream-failed': { successFlag: 3, code: 500, msg: 'internal error, please try again later.' },
  'dead-image': {
    successFlag: 2,
    code: 400,
    msg: 'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  },
} as const;

/** The state of a task at a moment: waiting for its first half, then generating, then its end. */
export function outcomeAt(world: KieWorld, task: SimulatedTask, behaviours: Behaviours, at: number): Outcome {
  if (behaviours.has('stuck')) return { kind: 'waiting' };
  if (at < task.finishesAt) {
    return { kind: at < (task.createdAt + task.finishesAt) / 2 ? 'waiting' : 'generating' };
  }
  for (const [name, failure] of Object.entries(failures)) {
    if ([...behaviours.keys()].some((on) => on === name)) return { kind: 'fail', ...failure };
  }
  const file = `${task.id}_${unixOf(task)}.mp4`;
  return {
    kind: 'success',
    url: behaviours.get('result-url') ?? `${world.url}/v/${file}`,
    originUrl: `${world.url}/s/${file}`,
  };
}
