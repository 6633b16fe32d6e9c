import { Complaint } from './variable.ts';

/** Any text. */
export const text = (value: string) => value;
/** What fits into a header as it is. */
export const headerText = (value: string) =>
  /^[\x21-\x7e]+$/.test(value) ? value : new Complaint('must be printable ASCII characters without spaces');
/** Shorter ones can be found by trying. */
export const secret = (least: number) => (value: string) =>
  Buffer.byteLength(value) >= least ? value : new Complaint(`must have at least ${least} bytes`);
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
            ? `must be an integer of at least ${least}`
            : `must be an integer from ${least} to ${most}`,
        );
  };

/** A time for a timer: beyond this, timers fire at once. */
export const milliseconds = (least: number) => whole(least, 2 ** 31 - 1);

/** One of these words. */
export const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (value: string) =>
    words.find((word) => word === value) ?? new Complaint(`must be one of ${words.join(', ')}`);

/** `true` or `false`. */
export const flag = (value: string) => {
  const word = oneOf('true', 'false')(value);
  return word instanceof Complaint ? word : word === 'true';
};

/** An http or https URL as a base for others: without a slash at its end. */
export const httpUrl = (value: string) => {
  const url = plainHttpUrl(value);
  return url !== null && url.search + url.hash === '' && !/[?#]/.test(value)
    ? url.origin + url.pathname.replace(/\/+$/, '')
    : new Complaint('must be a URL that starts with http:// or https://, without a user, ? or #');
};

/** An http or https URL of a document, which may have a query. */
export const documentUrl = (value: string) => {
  const url = plainHttpUrl(value);
  return url !== null && url.hash === ''
    ? url.href
    : new Complaint('must be a URL that starts with http:// or https://, without a user or #');
};

function plainHttpUrl(value: string): URL | null {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '' ? url : null;
}

const resolution = /\/P(?:360|480|540|720|768|1080|1440|2160)$/;
/** Ends as a resolution is often written, in a form that no price is looked up by. */
const otherResolution = /\/(?:p?\d{3,4}p?|[248]k)$/i;

/** `MODEL=USD` pairs, or `MODEL=USD/s` for each second of a video, kept under `MODEL per second`. */
export const prices = (value: string) => {
  const pairs = list(value).map((item) => /^(.+)=(\d+(?:\.\d+)?)(\/s)?$/.exec(item));
  if (!pairs.every((pair) => pair !== null)) {
    return new Complaint('must be comma-separated MODEL=USD or MODEL=USD/s pairs');
  }
  const names = pairs.map(([, name = '']) => name.trim());
  if (names.some((name) => otherResolution.test(name) && !resolution.test(name))) {
    return new Complaint('must name a resolution as in MODEL/P720, MODEL/P1080 or MODEL/P2160');
  }
  const read = new Map(
    pairs.map(([, name = '', usd, perSecond]) => [perSecondName(name.trim(), perSecond), Number(usd)]),
  );
  return read.size === pairs.length ? read : new Complaint('must name each model and resolution once');
};

/** No name of a model has a blank. */
const perSecondName = (name: string, perSecond: string | undefined) =>
  perSecond === undefined ? name : `${name} per second`;
