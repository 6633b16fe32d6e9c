import { describe, expect, it } from 'vitest';
import type { TaskId } from '../../src/domain/video-task.ts';
import { Breaker } from '../../src/worker/provider-health/breaker.ts';
import {
  nextCheckDelay,
  nextLateCheckDelay,
  nextUnansweredDelay,
} from '../../src/worker/policy/check-interval.ts';
import { retryPause } from '../../src/worker/policy/retry-schedule.ts';
import { ClockWatch } from '../../src/worker/policy/clock-watch.ts';

/** A breaker with a clock that the test sets, and without chance. */
function clocked() {
  let time = 0;
  const breaker = new Breaker(
    1000,
    () => time,
    () => 0,
  );
  return {
    breaker,
    pass: (ms: number) => {
      time += ms;
    },
    fail: (...ids: string[]) => {
      for (const id of ids) breaker.failed(id as TaskId, null);
    },
  };
}

describe('the breaker', () => {
  it('stays closed for one odd task, however often it fails', () => {
    const { breaker, fail } = clocked();
    expect(breaker.health).toBe('UNKNOWN');
    fail('a', 'a', 'a', 'b', 'b');
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'closed' }, 'DEGRADED']);
    expect(breaker.answered()).toBe(false);
    fail('c', 'd');
    expect(breaker.state).toEqual({ kind: 'closed' });
  });

  it('opens on one task where no connection can be made: that is never its own fault', () => {
    const { breaker, fail } = clocked();
    for (let refused = 0; refused < 2; refused += 1) breaker.failed('a' as TaskId, null, true);
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'closed' }, 'DEGRADED']);
    breaker.failed('a' as TaskId, null, true);
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'open', until: 1000 }, 'DOWN']);
    breaker.answered();
    fail('a');
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'closed' }, 'DEGRADED']);
  });

  it('reports the provider as down that answers nothing about its only task, and stays closed', () => {
    const { breaker, fail } = clocked();
    fail('a', 'a', 'a', 'a', 'a', 'a');
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'closed' }, 'DOWN']);
    breaker.answered();
    expect(breaker.health).toBe('UP');
  });

  it('opens on three tasks in a row, and pauses twice as long after each failed probe, to a minute', () => {
    const { breaker, fail, pass } = clocked();
    fail('a', 'b', 'c');
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'open', until: 1000 }, 'DOWN']);
    // Was under way when it opened.
    fail('d', 'e');
    expect(breaker.state).toEqual({ kind: 'open', until: 1000 });
    const pauses = Array.from({ length: 8 }, () => {
      let pauseMs = 0;
      while (breaker.state.kind === 'open') {
        pass(500);
        pauseMs += 500;
      }
      expect(breaker.state).toMatchObject({ kind: 'probing' });
      fail('a');
      return pauseMs;
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(breaker.answered()).toBe(true);
    expect([breaker.state, breaker.health]).toEqual([{ kind: 'closed' }, 'UP']);
  });

  it('probes with what did not fail; where there is nothing else, with a check and a new task in turns', () => {
    const { breaker, fail, pass } = clocked();
    fail('a', 'b', 'c');
    const probe = () => {
      pass(60_000);
      return breaker.state;
    };
    const probes = [probe()];
    fail('a');
    probes.push(probe());
    fail('d');
    probes.push(probe());
    expect(probes).toEqual([
      { kind: 'probing', except: ['a', 'b', 'c'], first: 'check' },
      { kind: 'probing', except: ['b', 'c', 'a'], first: 'submit' },
      { kind: 'probing', except: ['b', 'c', 'a', 'd'], first: 'check' },
    ]);
  });

  it('pauses longer when a paid probe has no clear outcome, and heeds none at other times', () => {
    const { breaker, fail, pass } = clocked();
    breaker.unclear();
    fail('a', 'b');
    breaker.unclear();
    expect(breaker.state).toEqual({ kind: 'closed' });
    fail('c');
    breaker.unclear();
    expect(breaker.state).toEqual({ kind: 'open', until: 1000 });
    pass(1000);
    breaker.unclear();
    expect(breaker.state).toEqual({ kind: 'open', until: 3000 });
  });

  it.each([
    [30_000, 30_000],
    [120_000, 60_000],
    [1e300, 60_000],
  ])('asked to wait for %d ms opens for %d: one request a minute does no harm', (asked, until) => {
    const { breaker } = clocked();
    for (const id of ['a', 'b', 'c']) breaker.failed(id as TaskId, asked);
    expect(breaker.state).toEqual({ kind: 'open', until });
  });
});

describe('the cadence', () => {
  it('thins out by half with each answer that was not understood, to 30 base intervals', () => {
    expect([0, 1, 2, 8, 9, 50].map((unknown) => nextCheckDelay(10_000, unknown, 0))).toEqual([
      10_000, 15_000, 22_500, 256_289, 300_000, 300_000,
    ]);
    expect(nextCheckDelay(10_000, 0, 1)).toBe(10_500);
    expect(nextLateCheckDelay(10_000, 0)).toBe(300_000);
  });

  it('thins out without answers to one check a minute, and not below the base interval', () => {
    expect([0, 1, 2, 4, 5, 50].map((unanswered) => nextUnansweredDelay(10_000, unanswered, 0))).toEqual([
      10_000, 15_000, 22_500, 50_625, 60_000, 60_000,
    ]);
    expect(nextUnansweredDelay(90_000, 5, 0)).toBe(90_000);
    expect(nextUnansweredDelay(100, 50, 0)).toBe(3000);
  });

  it('never goes back sooner than a base interval, nor than it was asked to', () => {
    expect([
      retryPause(10_000, null, 0),
      retryPause(10_000, 5000, 0),
      retryPause(10_000, 60_000, 0),
      retryPause(10_000, 60_000, 1),
    ]).toEqual([10_000, 10_000, 60_000, 63_000]);
  });

  it.each([86_400_000, 1e17, 1e300])(
    'rests for a quarter of an hour when it was asked to rest for %d ms',
    (asked) => {
      expect([retryPause(10_000, asked, 0), retryPause(10_000, asked, 1)]).toEqual([900_000, 945_000]);
    },
  );
});

describe('the watch on the clock', () => {
  it('reports each time by how much it was set, and ignores small steps', () => {
    let [wall, uptime] = [1_000_000, 0];
    const watch = new ClockWatch(
      () => wall,
      () => uptime,
    );
    const after = (wallMs: number, uptimeMs: number) => {
      wall += wallMs;
      uptime += uptimeMs;
      return watch.jump();
    };
    expect([
      after(5000, 5000),
      after(5000 + 1500, 5000),
      after(-3_600_000 + 10, 10),
      after(10, 10),
      after(3_600_000, 0),
    ]).toEqual([0, 0, -3_600_000, 0, 3_600_000]);
  });
});
