import type { TaskFacts } from './task-id.ts';

/** Credits per video, any duration; 1 credit = USD 0.005 (kie.ai price list, 2026-10-08). 360p has no price there. */
const prices: Record<TaskFacts['tier'], Record<TaskFacts['resolution'], number>> = {
  veo3_lite: { '360p': 15, '720p': 15, '1080p': 22.5, '4k': 75 },
  veo3_fast: { '360p': 30, '720p': 30, '1080p': 37.5, '4k': 90 },
  veo3: { '360p': 225, '720p': 225, '1080p': 232.5, '4k': 285 },
};

/** The price of a task, by its tier and resolution where nothing else is known of it. */
export function creditsFor(facts: Pick<TaskFacts, 'tier' | 'resolution'>, known?: number | null): number {
  return known ?? prices[facts.tier][facts.resolution];
}
