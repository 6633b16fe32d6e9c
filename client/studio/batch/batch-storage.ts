import type { UserError } from '../api/task.ts';
import type { GenerateInput } from '../create/draft.ts';

/** One video of a batch, with the key under which it is sent: a repeated attempt pays nothing twice. */
export interface BatchItem {
  /** The row of the table. */
  readonly line: number;
  readonly input: GenerateInput & { readonly idempotencyKey: string };
}

/** What became of an item. */
export type ItemState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sent'; readonly taskId: string }
  | { readonly kind: 'refused'; readonly error: UserError };

const itemsName = 'reelay:batch';
const statesName = 'reelay:batch-states';

/** True if a name of the storage is one of a batch; null stands for all of them. */
export const isOfBatch = (name: string | null): boolean =>
  name === null || name === itemsName || name === statesName;

/** An approved batch as this browser keeps it until it is discarded. */
export interface StoredBatch {
  readonly items: readonly BatchItem[];
  readonly states: readonly ItemState[];
}

/** The batch of an earlier visit; null without one. */
export function readBatch(): StoredBatch | null {
  try {
    const items = JSON.parse(localStorage.getItem(itemsName) ?? '[]') as readonly BatchItem[];
    if (!Array.isArray(items) || items.length === 0) return null;
    const states = JSON.parse(localStorage.getItem(statesName) ?? '[]') as readonly ItemState[];
    // A state that was lost is one that is sent again under its key.
    return { items, states: items.map((_, index) => whole(states[index])) };
  } catch {
    return null;
  }
}

/** A state as it was kept; refusals that an earlier version kept have no reason. */
function whole(state: ItemState | undefined): ItemState {
  const isKnown = state !== undefined && (state.kind !== 'refused' || 'reason' in state.error);
  return isKnown ? state : { kind: 'waiting' };
}

/**
 * Keeps the items before the first one is sent.
 *
 * @throws if the browser has no space for them: without their keys, an interrupted batch could not be continued safely
 */
export function keepItems(items: readonly BatchItem[]): void {
  localStorage.setItem(statesName, '[]');
  localStorage.setItem(itemsName, JSON.stringify(items));
}

/** Keeps what became of the items. Where that fails, they are sent again under their keys. */
export function keepStates(states: readonly ItemState[]): void {
  try {
    localStorage.setItem(statesName, JSON.stringify(states));
  } catch {
    // Nothing is paid twice without it.
  }
}

/** Forgets the batch. */
export function forgetBatch(): void {
  localStorage.removeItem(itemsName);
  localStorage.removeItem(statesName);
}
