import { Invalid } from './setting.ts';

/** Any text. */
export const text = (value: string) => value;

/** A text that an HTTP header can carry unchanged. */
export const headerText = (value: string) =>
  /^[\x21-\x7e]+$/.test(value) ? value : new Invalid('must be printable ASCII characters without spaces');

/** A secret of at least so many bytes: a shorter one can be guessed by trying. */
export const secret = (minBytes: number) => (value: string) =>
  Buffer.byteLength(value) >= minBytes ? value : new Invalid(`must have at least ${minBytes} bytes`);

/** The items of a comma-separated list, trimmed; empty ones are left out. */
export const list = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** An integer within bounds. */
export const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (value: string) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    return new Invalid(`must be an integer ${bounds}${got(value)}`);
  };

/** A time for a timer: above 31 bits, timers fire at once. */
export const milliseconds = (min: number) => integer(min, 2 ** 31 - 1);

const dayMs = 24 * 3_600_000;

/** A number of days above 0, decimals allowed and a century at most, in milliseconds. */
export const days = (value: string) => {
  const number = Number(value);
  return /^\d+(?:\.\d+)?$/.test(value) && number > 0 && number <= 36_525
    ? Math.ceil(number * dayMs)
    : new Invalid(`must be a number of days above 0${got(value)}`);
};

/** One of these words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (value: string) =>
    words.find((word) => word === value) ?? new Invalid(`must be ${either(words)}${got(value)}`);

/** `true` or `false`. */
export const flag = (value: string) => {
  const word = oneOf('true', 'false')(value);
  return word instanceof Invalid ? word : word === 'true';
};

/** An http or https URL that paths are appended to: without a slash at its end. */
export const httpUrl = (value: string) => {
  const url = plainHttpUrl(value);
  return url !== null && url.search + url.hash === '' && !/[?#]/.test(value)
    ? url.origin + url.pathname.replace(/\/+$/, '')
    : new Invalid('must be a URL that starts with http:// or https://, without a user, ? or #');
};

/** An http or https URL of a document, which may have a query. */
export const documentUrl = (value: string) => {
  const url = plainHttpUrl(value);
  return url !== null && url.hash === ''
    ? url.href
    : new Invalid('must be a URL that starts with http:// or https://, without a user or #');
};

function plainHttpUrl(value: string): URL | null {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '' ? url : null;
}

const either = (words: readonly string[]): string =>
  `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** The value for the error, where it is short and plain: a long one may be a secret in the wrong variable. */
const got = (value: string): string => (/^[\w.+-]{1,12}$/.test(value) ? ` (got "${value}")` : '');
