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

/** Failed records of the market (transcribed by a client, 2026-07; texts that clients match, 2026-10). */
const marketFailures = new Map(
  Object.entries({
    content: [400, 'The current content could not be processed'],
    policy: [422, 'CONTENT_POLICY_BLOCKED: The input or output was flagged as sensitive.'],
    person: [400, 'The input image may contain real person.'],
    internal: [500, 'Internal Error, Please try again later.'],
    image: [400, 'image fetch failed. Check access settings or use our File Upload API instead.'],
    download: [400, 'resource download failed'],
    audio: [500, 'The Google model was unable to generate audio for this request'],
    credits: [402, 'Credits insufficient'],
    retired: [404, 'This model is no longer available.'],
  } as const),
);

/** The state of a task at a moment: waiting for its first half, then generating, then its end. */
export function outcomeAt(world: KieWorld, task: SimulatedTask, behaviours: Behaviours, at: number): Outcome {
  if (behaviours.has('stuck')) return { kind: 'waiting' };
  if (at < task.finishesAt) {
    return { kind: at < (task.createdAt + task.finishesAt) / 2 ? 'waiting' : 'generating' };
  }
  for (const [name, failure] of Object.entries(failures)) {
    if ([...behaviours.keys()].some((on) => on === name)) return { kind: 'fail', ...failure };
  }
  const [code, msg] = marketFailures.get(behaviours.get('market-failure') ?? '') ?? [];
  if (code !== undefined && msg !== undefined) return { kind: 'fail', successFlag: 3, code, msg };
  const file = `${task.id}_${unixOf(task)}.mp4`;
  return {
    kind: 'success',
    url: behaviours.get('result-url') ?? `${world.url}/v/${file}`,
    originUrl: `${world.url}/s/${file}`,
  };
}
