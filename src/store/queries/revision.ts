import type { ParsedRevision } from '../store.ts';

/** One unbroken stretch of a database's history; the first has only revision 0, the empty database. */
export interface Epoch {
  readonly name: string;
  readonly firstRevision: number;
}

/** Sixteen digits hold every safe integer, so that texts compare like numbers. */
const digits = 16;
const shape = /^(\d{16})-([0-9a-z]{8})$/;

/** The text of a counter: its digits first, then the stretch of history that it belongs to. */
export function formatRevision(epochs: readonly Epoch[], counter: number): string {
  const epoch = epochs.findLast(({ firstRevision }) => firstRevision <= counter);
  if (epoch === undefined) throw new Error(`No epoch has a revision ${counter}`);
  return `${String(counter).padStart(digits, '0')}-${epoch.name}`;
}

/**
 * Finds a client's place again. A database that was restored from a backup goes on under a new epoch, so a
 * revision that it never made is `foreign` although its number may have been given out twice.
 */
export function parseRevision(epochs: readonly Epoch[], lastRevision: number, text: string): ParsedRevision {
  const [, counterText, name] = shape.exec(text) ?? [];
  if (counterText === undefined) return { kind: 'unreadable' };
  const counter = Number(counterText);
  if (!Number.isSafeInteger(counter)) return { kind: 'unreadable' };
  const index = epochs.findIndex((epoch) => epoch.name === name);
  const epoch = epochs[index];
  if (epoch === undefined) return { kind: 'foreign' };
  const next = epochs[index + 1];
  if (next !== undefined && counter >= next.firstRevision) return { kind: 'foreign' };
  if (counter > lastRevision) return { kind: 'future' };
  return counter >= epoch.firstRevision ? { kind: 'known', counter } : { kind: 'foreign' };
}
