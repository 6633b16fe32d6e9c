import { Complaint } from './variable.ts';

/** Any text. */
export const text = (value: string) => value;
/** What fits into a header as it is. */
export const headerText = (value: string) =>
  /^[\x21-\x7e]+$/.test(value) ? value : new Complaint('wants letters, digits and signs without spaces');
/** Shorter ones can be found by trying. */
export const secret = (least: number) => (value: string) =>
  Buffer.byteLength(value) >= least ? value : new Complaint(`wants at least ${least} bytes`);
/** The parts between commas, trimmed; empty ones are left out. */
export const list = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A whole number within bounds. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (value: string) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= least && number <= most
      ? number
      : new Complaint(
          most === Number.MAX_SAFE_INTEGER
            ? `wants a whole number, ${least} or more`
            : `wants a whole number from ${least} to ${most}`,
        );
  };

/** A time for a timer: beyond this, timers fire at once. */
export const milliseconds = (least: number) => whole(least, 2 ** 31 - 1);

/** One of these words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (value: string) =>
    words.find((word) => word === value) ?? new Complaint(`wants one of ${words.join(', ')}`);

/** `true` or `false`. */
export const flag = (value: string) => {
  const word = oneOf('true', 'false')(value);
  return word instanceof Complaint ? word : word === 'true';
};

/** An http or https address, without a slash at its end. */
export const httpUrl = (value: string) => {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.search + url.hash === ''
    ? value.replace(/\/+$/, '')
    : new Complaint('wants an address that starts with http:// or https://, without a user, ? or #');
};

/** `NAME=USD` pairs; a number alone stands for everyone under the empty name. */
export const amounts = (what: string, alone: boolean) => (value: string) => {
  const pairs = list(value).map((item) => /^(?:(.+)=)?(\d+(?:\.\d+)?)$/.exec(item));
  return pairs.every((pair) => pair !== null && (alone || pair[1] !== undefined))
    ? new Map(pairs.map((pair) => [pair?.[1]?.trim() ?? '', Number(pair?.[2])]))
    : new Complaint(`wants ${what}=USD pairs, comma separated${alone ? ', or one number for everyone' : ''}`);
};
