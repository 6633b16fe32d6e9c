import { describe, expect, it } from 'vitest';
import { RisingProgress } from '../../src/commands/rising-progress.ts';
import { progressOf } from '../../src/domain/progress.ts';
import { sampleStoredTask, sampleTime } from '../support/sample-task.ts';

const typicalSeconds = 60;
const running = sampleStoredTask({
  stage: 'GENERATING',
  providerTaskId: 'theirs',
  createdAt: sampleTime,
  submittedAt: sampleTime,
});
/** So many seconds after the submit by the wall clock. */
const after = (seconds: number) => sampleTime + seconds * 1000;

describe('the estimated percent', () => {
  it('rises with time and waits below 100 for the truth', () => {
    const progress = new RisingProgress();
    const percents = [0, 10, 30, 60, 3600].map(
      (seconds) => progress.of(running, after(seconds), typicalSeconds).percent,
    );
    expect(percents).toEqual([0, 23, 53, 77, 95]);
  });

  it('does not fall when the clock is set back by an hour, and goes on when it is past the value that was sent', () => {
    const progress = new RisingProgress();
    const before = progress.of(running, after(30), typicalSeconds).percent;
    expect(before).toBeGreaterThan(0);
    const back = [31, 60, 90].map((seconds) => progress.of(running, after(seconds - 3600), typicalSeconds));
    expect(back).toEqual(back.map((shown) => ({ ...shown, percent: before, estimated: true })));
    expect(progress.of(running, after(60), typicalSeconds).percent).toBeGreaterThan(before);
  });

  it('does not fall with a failure that a set clock puts before the start', () => {
    const progress = new RisingProgress();
    const { percent } = progress.of(running, after(30), typicalSeconds);
    const failed = {
      ...running,
      stage: 'FAILED',
      result: { ...running.result, completedAt: after(-3569) },
    } as const;
    expect(progress.of(failed, after(-3560), typicalSeconds).percent).toBe(percent);
  });

  it('begins where the last check was seen after a restart with a clock that was set back', () => {
    const checked = { ...running, work: { ...running.work, lastCheckedAt: after(30) } };
    expect(progressOf(checked, after(-3560), typicalSeconds).percent).toBe(
      progressOf(running, after(30), typicalSeconds).percent,
    );
  });

  it('gives way to a higher one that the provider reported, and to the finished video', () => {
    const progress = new RisingProgress();
    progress.of(running, after(30), typicalSeconds);
    expect(
      progress.of({ ...running, provider: { ...running.provider, percent: 80 } }, after(31), typicalSeconds),
    ).toMatchObject({
      percent: 80,
      estimated: false,
    });
    const completed = {
      ...running,
      stage: 'COMPLETED',
      result: { ...running.result, completedAt: after(40) },
    } as const;
    expect(progress.of(completed, after(41), typicalSeconds).percent).toBe(100);
  });
});
