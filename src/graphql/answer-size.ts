import type { ExecutionResult } from 'graphql';
import { codedError } from '../schema/errors.ts';

/** Written as JSON at 100 MB/s, so that one answer takes some 80 ms. A page of 200 long prompts has 2 MB. */
const maxCharacters = 8 * 1024 * 1024;
/** Shorter strings are counted as they are: few of them need escapes. */
const shortString = 64;

/**
 * The result, or an error in its place where its JSON would be too long: the same long string may be asked for under
 * any number of names. What a mutation did is done.
 */
export function boundedResult(result: ExecutionResult): ExecutionResult {
  if (new Counter(maxCharacters).fits(result.data)) return result;
  const message =
    `The answer has more than ${maxCharacters} characters. Ask for smaller pages or fewer fields at once. ` +
    'What a mutation was to do is done.';
  return { data: null, errors: [codedError('LIMIT_EXCEEDED', message)] };
}

/** Counts the characters of JSON, and stops where there are too many. */
class Counter {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** Whether the value, and what was counted before, is within the bound. */
  fits(value: unknown): boolean {
    if (typeof value === 'string') {
      this.#left -= value.length <= shortString ? value.length + 2 : JSON.stringify(value).length;
    } else if (typeof value === 'object' && value !== null) {
      for (const key in value) {
        this.#left -= key.length + 4;
        if (!this.fits(value[key as keyof typeof value])) return false;
      }
    } else this.#left -= 5;
    return this.#left >= 0;
  }
}
