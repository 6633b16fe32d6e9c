import { describe, expect, it } from 'vitest';
import { comparedWith } from '../../client/studio/compare/variants.ts';
import type { SeenTask } from '../../client/studio/live/progress.ts';
import { shownTask } from './sample.ts';

/** Variants of one request, the newest first. */
const variants = (count: number): readonly SeenTask[] =>
  Array.from({ length: count }, (_, index) => ({
    task: shownTask({ id: `task_${count - index}`, group: 'v-1' }),
    seenAt: 0,
    leastPercent: 0,
  }));
const compared = (count: number, id: string) => {
  const { shown, first } = comparedWith(variants(count), shownTask({ id, group: 'v-1' }));
  return [first, ...shown.map(({ task }) => task.id)];
};

describe('the variants that are compared', () => {
  it('are four, that from which they were opened among them', () => {
    expect(compared(3, 'task_2')).toEqual([1, 'task_1', 'task_2', 'task_3']);
    expect(compared(6, 'task_1')).toEqual([1, 'task_1', 'task_2', 'task_3', 'task_4']);
    expect(compared(6, 'task_5')).toEqual([2, 'task_2', 'task_3', 'task_4', 'task_5']);
  });
});
