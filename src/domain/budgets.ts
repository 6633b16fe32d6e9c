import type { Owner } from './video-task.ts';

/** What owners may spend in a UTC month, in USD by owner; under the empty name for all other owners. */
export type Budgets = ReadonlyMap<string, number>;

/** What an owner may spend in a month; null: no limit. */
export const budgetOf = (budgets: Budgets, owner: Owner): number | null =>
  budgets.get(owner) ?? budgets.get('') ?? null;
