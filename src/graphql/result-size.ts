import type { ExecutionResult } from 'graphql';
import { codedError } from '../schema/errors.ts';

/** The longest response. JSON is written at 100 MB/s, so that one response takes about 80 ms. A page of 200 long prompts has 2 MB. */
export const maxCharacters = 8 * 1024 * 1024;
/** Shorter strings are counted without escapes: few of them need any. */
const shortString = 64;

/** A result whose JSON is not too long. */
export interface Measured {
  readonly result: ExecutionResult;
  /** About the length of its data in JSON. */
  readonly characters: number;
}

/**
 * The result, or an error in its place if its JSON would be too long: a query may select the same long string under
 * any number of aliases. Effects of a mutation remain.
 */
export function measured(result: ExecutionResult): Measured {
  const counter = new Counter(maxCharacters);
  if (counter.fits(result.data)) return { result, characters: counter.counted };
  const message =
    `The response has more than ${maxCharacters} characters. Select smaller pages or fewer fields. ` +
    'A mutation was carried out.';
  return { result: { data: null, errors: [codedError('LIMIT_EXCEEDED', message)] }, characters: 0 };
}

/** The same without the length. */
export const boundedResult = (result: ExecutionResult): ExecutionResult => measured(result).result;

/** Counts the characters of JSON, up to a limit. */
class Counter {
  readonly #most: number;
  #left: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  get counted(): number {
    return this.#most - this.#left;
  }

  /** True if the value and everything counted before are within the limit. */
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
