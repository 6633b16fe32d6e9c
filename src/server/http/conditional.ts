import type { IncomingHttpHeaders } from 'node:http';
import fresh from 'fresh';
import parseRange from 'range-parser';

/** The answer to a request of a file with conditions and ranges. Both ends of a part are included. */
export type FileAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'notModified' }
  | { readonly kind: 'conditionFailed' }
  | { readonly kind: 'rangeOutside' };

/** The facts of a file that conditions are about. */
export interface FileVersion {
  /** A strong tag, in its quotes. */
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly sizeBytes: number;
}

/** Decides it in the order of RFC 9110, 13.2.2. Of several ranges the whole file is sent. */
export function answerFor(headers: IncomingHttpHeaders, file: FileVersion): FileAnswer {
  if (!meetsConditions(headers, file)) return { kind: 'conditionFailed' };
  // A reload asks whether there is a newer one; the tag answers that.
  const conditions = {
    'if-none-match': headers['if-none-match'],
    'if-modified-since': headers['if-modified-since'],
  };
  if (fresh(conditions, { etag: file.etag, 'last-modified': file.modifiedAt.toUTCString() })) {
    return { kind: 'notModified' };
  }
  const { range } = headers;
  if (range === undefined || !rangeApplies(String(headers['if-range'] ?? ''), file)) return { kind: 'whole' };
  return rangeOf(range, file.sizeBytes);
}

function meetsConditions(headers: IncomingHttpHeaders, { etag, modifiedAt }: FileVersion): boolean {
  const match = headers['if-match'];
  if (match !== undefined) return match.trim() === '*' || tagsOf(match).includes(etag);
  const since = Date.parse(headers['if-unmodified-since'] ?? '');
  return Number.isNaN(since) || wholeSeconds(modifiedAt) <= since;
}

/** Dates in headers have no fractions. */
const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;

const tagsOf = (list: string): string[] => list.split(',').map((tag) => tag.trim());

/** RFC 9110, 13.1.5: a tag must be the strong one, a date the very one. */
function rangeApplies(condition: string, { etag, modifiedAt }: FileVersion): boolean {
  if (condition === '') return true;
  if (/^(?:W\/)?"/.test(condition)) return condition === etag;
  return Date.parse(condition) === wholeSeconds(modifiedAt);
}

function rangeOf(header: string, sizeBytes: number): FileAnswer {
  // RFC 9110, 14.1.2: the last N bytes of a shorter file are the whole of it. range-parser refuses them.
  const [, suffix] = /^bytes=-(\d+)$/.exec(header) ?? [];
  if (suffix !== undefined && Number(suffix) > sizeBytes && sizeBytes > 0) {
    return { kind: 'part', start: 0, end: sizeBytes - 1 };
  }
  const ranges = parseRange(sizeBytes, header, { combine: true });
  if (ranges === -1) return { kind: 'rangeOutside' };
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return { kind: 'whole' };
  const [range] = ranges;
  return range === undefined ? { kind: 'whole' } : { kind: 'part', ...range };
}
