const dayMs = 86_400_000;

/** RFC 3339 with a date, a time and an offset. JavaScript's 24:00 is none of its hours. */
const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt](?!24)\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970; NaN for a string that is no time. */
export function fromRfc3339(text: string): number {
  const [, date] = rfc3339.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  // JavaScript reads the 30th of February as the 2nd of March.
  const midnight = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return exists ? Date.parse(text) : Number.NaN;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
/** The day that was written last, up to its `T`. */
let lastDay = { number: Number.NaN, text: '' };

/**
 * The result of `toISOString` for milliseconds since 1970. Written out, because every response has times in it and
 * most are of one day: V8 prints each by the C library, which took a tenth of a small request.
 *
 * @throws RangeError for a number that is no time
 */
export function toRfc3339(time: number): string {
  const day = Math.floor(time / dayMs);
  if (day !== lastDay.number) {
    const text = new Date(time).toISOString();
    lastDay = { number: day, text: text.slice(0, text.indexOf('T') + 1) };
  }
  const inDay = Math.trunc(time) - day * dayMs;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = twoDigits[Math.floor(minutes / 60)];
  return `${lastDay.text}${hours}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${threeDigits[inDay % 1000]}Z`;
}
