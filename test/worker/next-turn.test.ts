import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskId } from '../../src/domain/video-task.ts';
import { fitTo, nextTurn, pauseAfter, shortestPauseMs, type TurnFacts } from '../../src/worker/next-turn.ts';

const now = 1_000_000;
const time = fc.oneof(fc.constant(null), fc.integer({ min: now - 5000, max: now + 100_000 }));
const facts: fc.Arbitrary<TurnFacts> = fc.record({
  now: fc.constant(now),
  due: fc.record({ check: time, submit: time, waitingSince: time }),
  slots: fc.record({ check: fc.integer({ min: -2, max: 5 }), submit: fc.integer({ min: -2, max: 5 }) }),
  isAsking: fc.boolean(),
  breaker: fc.oneof(
    fc.constant({ kind: 'closed' } as const),
    fc.record({ kind: fc.constant('open' as const), until: fc.integer({ min: now + 1, max: now + 60_000 }) }),
    fc.record({
      kind: fc.constant('probing' as const),
      except: fc.constant(['t' as TaskId]),
      first: fc.constantFrom('submit' as const, 'check' as const),
    }),
  ),
  allowance: fc.oneof(
    fc.record({ places: fc.integer({ min: 1, max: 9 }), freeAt: fc.constant(now) }),
    fc.record({ places: fc.constant(0), freeAt: fc.integer({ min: now + 1, max: now + 20_000 }) }),
    fc.constant({ places: Number.POSITIVE_INFINITY, freeAt: now }),
  ),
  patienceMs: fc.integer({ min: 1, max: 50_000 }),
});

/** When the first work can be taken, by a reading of the rules that is as plain as possible; null: never. */
function soonest({ due, slots, breaker, isAsking, allowance, patienceMs }: TurnFacts): number | null {
  const times: number[] = [];
  if (due.waitingSince !== null && slots.submit > 0) times.push(due.waitingSince + patienceMs);
  const mayAsk = !(breaker.kind === 'probing' && isAsking);
  const from = breaker.kind === 'open' ? breaker.until : now;
  if (mayAsk && due.check !== null && slots.check > 0) times.push(Math.max(due.check, from));
  if (mayAsk && due.submit !== null && slots.submit > 0) {
    times.push(Math.max(due.submit, from, allowance.places > 0 ? now : allowance.freeAt));
  }
  return times.length === 0 ? null : Math.min(...times);
}

describe('an iteration of the worker', () => {
  it('never sleeps past work that it could take, and claims where there is some', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const turn = nextTurn(given);
        const at = soonest(given);
        const plans = [...turn.claims, ...turn.probes];
        expect(plans.length > 0).toBe(at !== null && at <= now);
        const latest = at ?? Number.POSITIVE_INFINITY;
        expect(now + turn.idleMs).toBeLessThanOrEqual(Math.max(latest, now));
        expect(now + pauseAfter(turn, 0, 0)).toBeLessThanOrEqual(Math.max(latest, now + shortestPauseMs));
      }),
      { numRuns: 2000 },
    );
  });

  it('never takes more than its slots, its allowance or one probe', () => {
    fc.assert(
      fc.property(facts, fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }), (given, grants) => {
        const turn = nextTurn(given);
        const left = { check: given.slots.check, submit: given.slots.submit };
        const taken = { check: 0, submit: 0, paid: 0 };
        const granted = grants.values();
        /** The store grants what it likes of what is asked for. */
        const start = (plan: (typeof turn.claims)[number]): number => {
          const fitting = fitTo(plan, left);
          if (fitting === null) return 0;
          const checks = Math.min(fitting.checks, granted.next().value ?? 0);
          const submits = Math.min(fitting.submits, granted.next().value ?? 0);
          left.check -= checks;
          left.submit -= submits;
          taken.check += checks;
          taken.submit += submits;
          if (plan.expiredBefore === undefined) taken.paid += submits;
          return checks + submits;
        };
        for (const plan of turn.claims) start(plan);
        let probed = 0;
        for (const plan of turn.probes) if (probed === 0) probed = start(plan);
        expect(probed).toBeLessThanOrEqual(1);
        expect(taken.check).toBeLessThanOrEqual(Math.max(0, given.slots.check));
        expect(taken.submit).toBeLessThanOrEqual(Math.max(0, given.slots.submit));
        expect(taken.paid).toBeLessThanOrEqual(given.allowance.places);
      }),
      { numRuns: 2000 },
    );
  });

  it('never spins, whatever two queries answer: each pause has a floor, and grows while nothing is taken', () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.boolean()), (given, disagreements) => {
        let passedMs = 0;
        let fruitless = 0;
        let iterations = 0;
        let progress = 0;
        while (passedMs < 10_000 && iterations < 10_000) {
          const turn = nextTurn({ ...given, now: now + passedMs });
          const claims = turn.claims.length + turn.probes.length;
          const taken = claims > 0 && disagreements.next().value === true ? 1 : 0;
          const pauseMs = pauseAfter(turn, taken, fruitless);
          fruitless = taken === 0 && turn.idleMs === 0 ? fruitless + 1 : 0;
          expect(pauseMs).toBeGreaterThanOrEqual(shortestPauseMs);
          passedMs += pauseMs;
          iterations += 1;
          progress += taken;
        }
        // Without progress: some dozen in ten seconds.
        expect(iterations).toBeLessThanOrEqual(20 + 8 * progress);
      }),
      { numRuns: 300 },
    );
  });
});
