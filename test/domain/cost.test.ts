import { describe, expect, it } from 'vitest';
import { settledCost } from '../../src/domain/cost.ts';

const kie = { usdPerCredit: 0.005 };
const estimated = (credits: number | null) => ({ amount: 0.15, credits, settled: false });

describe('the cost that a provider reports', () => {
  it.each([
    [0, estimated(30), 0],
    [46.5, estimated(30), 0.2325],
    [46.5, null, 0.2325],
    [10_000, null, 50],
    [10_000, estimated(null), 50],
    [30_000, estimated(300), 150],
  ])('of %d credits is believed, with %j estimated', (credits, estimate, amount) => {
    expect(settledCost(kie, credits, estimate)).toEqual({ amount, credits, settled: true });
  });

  it.each([
    [null, estimated(30)],
    [-5, estimated(30)],
    [10_001, estimated(30)],
    [10_001, null],
    [30_001, estimated(300)],
    [1e13, estimated(30)],
    [1e300, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
  ])('of %d credits counts as not reported, with %j estimated', (credits, estimate) => {
    expect(settledCost(kie, credits, estimate)).toBeNull();
  });

  it('is none where the provider has no credits', () => {
    expect(settledCost({ usdPerCredit: null }, 30, null)).toBeNull();
  });
});
