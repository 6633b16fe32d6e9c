import type { Owner } from './video-task.ts';

/** Budgets of owners for a UTC month, in USD by owner; under the empty name for all other owners. */
export type Budgets = ReadonlyMap<string, number>;

/** The budget of an owner for a month; null: no limit. */
export const budgetOf = (budgets: Budgets, owner: Owner): number | null =>
  budgets.get(owner) ?? budgets.get('') ?? null;
