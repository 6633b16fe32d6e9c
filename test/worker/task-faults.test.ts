import { describe, expect, it } from 'vitest';
import type { TaskId } from '../../src/domain/video-task.ts';
import { TaskFaults } from '../../src/worker/provider-health/task-faults.ts';

const [a, b] = ['a', 'b'] as TaskId[] as [TaskId, TaskId];

describe('faults', () => {
  it('of a provider that answers no request are no task’s own, however many', () => {
    const faults = new TaskFaults();
    faults.answered(a);
    faults.answered(b);
    expect([faults.failed(a), faults.failed(b), faults.failed(a), faults.failed(a)]).toEqual([
      { inARow: 1, isOwn: false, own: 0 },
      { inARow: 1, isOwn: false, own: 0 },
      { inARow: 2, isOwn: false, own: 0 },
      { inARow: 3, isOwn: false, own: 0 },
    ]);
  });

  it('of a task are its own where another one was answered since its last', () => {
    const faults = new TaskFaults();
    faults.failed(a);
    faults.answered(b);
    expect(faults.failed(a)).toEqual({ inARow: 2, isOwn: true, own: 1 });
    // No task was answered since.
    expect(faults.failed(a)).toEqual({ inARow: 3, isOwn: false, own: 1 });
    faults.answered(b);
    expect(faults.failed(a)).toEqual({ inARow: 4, isOwn: true, own: 2 });
  });

  it('are forgotten with the task’s first answer', () => {
    const faults = new TaskFaults();
    faults.failed(a);
    faults.answered(b);
    faults.failed(a);
    faults.answered(a);
    expect(faults.failed(a)).toEqual({ inARow: 1, isOwn: false, own: 0 });
  });

  it('are remembered of so many tasks, the latest', () => {
    const faults = new TaskFaults();
    for (let index = 0; index <= 10_000; index += 1) faults.failed(`t${index}` as TaskId);
    expect([faults.failed('t10000' as TaskId).inARow, faults.failed('t0' as TaskId).inARow]).toEqual([2, 1]);
  });
});
