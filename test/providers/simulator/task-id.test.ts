import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SWITCHES } from '../../../src/providers/simulator/switch-table.ts';
import { keptInId } from '../../../src/providers/simulator/switches.ts';
import {
  aspects,
  makeTaskId,
  readTaskId,
  resolutions,
  tiers,
} from '../../../src/providers/simulator/kie/task/task-id.ts';

const facts = fc.record({
  createdAt: fc.integer({ min: 0, max: 2 ** 44 - 1 }),
  contract: fc.constantFrom('jobs' as const, 'veo' as const),
  aspect: fc.constantFrom(...aspects),
  seconds: fc.integer({ min: 1, max: 15 }),
  resolution: fc.constantFrom(...resolutions),
  tier: fc.constantFrom(...tiers),
  flags: fc.subarray([...keptInId]),
  takesMs: fc.option(
    fc.integer({ min: 0, max: 32_000 }).map((steps) => steps * 10),
    { nil: undefined },
  ),
});

describe('a task id', () => {
  it('is 32 lowercase hex digits from which everything comes back', () => {
    fc.assert(
      fc.property(facts, ({ flags, ...rest }) => {
        const id = makeTaskId({ ...rest, behaviours: new Map(flags.map((flag) => [flag, ''])) });
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(readTaskId(id)).toEqual({ ...rest, flags, random: expect.any(Number) as unknown });
      }),
    );
  });

  it('that differs in one digit is not ours', () => {
    const id = makeTaskId({
      createdAt: 1_795_132_800_000,
      contract: 'veo',
      aspect: '9:16',
      seconds: 8,
      resolution: '720p',
      tier: 'veo3_fast',
      takesMs: undefined,
      behaviours: new Map(),
    });
    for (let digit = 0; digit < 32; digit++) {
      const other = id[digit] === '0' ? '1' : '0';
      expect(readTaskId(id.slice(0, digit) + other + id.slice(digit + 1))).toBeUndefined();
    }
  });

  it('can be any text without harm', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readTaskId(text)).toBeUndefined();
      }),
    );
  });

  it('keeps hours of duration to the second', () => {
    const id = makeTaskId({
      createdAt: 0,
      contract: 'jobs',
      aspect: 'Auto',
      seconds: 4,
      resolution: '4k',
      tier: 'veo3',
      takesMs: 3_600_000,
      behaviours: new Map(),
    });
    expect(readTaskId(id)?.takesMs).toBe(3_600_000);
  });

  it('has a bit for every switch that must survive a restart', () => {
    expect(keptInId.length).toBeLessThanOrEqual(36);
    expect(new Set(SWITCHES.map((row) => row.name)).size).toBe(SWITCHES.length);
  });
});
