/** A part of a JSON text. */
export type JsonPiece =
  /** What is outside of long strings, and the beginning of those. */
  | { readonly kind: 'text'; readonly bytes: Buffer }
  /** The content of the long string of a number, all of it, in parts. */
  | { readonly kind: 'content'; readonly index: number; readonly bytes: Buffer }
  /** The end of the long string of a number. */
  | { readonly kind: 'end'; readonly index: number };

/** A string with more bytes is long. No prompt has that many, escapes included. */
const longBytes = 65_536;
/** What stays of a long string: enough to see what it is. */
const keptBytes = 64;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Splits JSON as it comes, so that an answer with images or a video inside is never in memory as a whole. Long strings are
 * numbered from 0. The text is not checked to be JSON.
 *
 * @throws what the body throws
 */
export async function* splitLongStrings(body: AsyncIterable<Uint8Array>): AsyncGenerator<JsonPiece> {
  let isInString = false;
  let isEscaped = false;
  let isLong = false;
  let index = 0;
  /** The beginning of the present string, until it is known whether it is long. */
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) {
      if (!isInString) {
        const begin = bytes.indexOf(quote, at);
        const end = begin === -1 ? bytes.length : begin + 1;
        yield { kind: 'text', bytes: bytes.subarray(at, end) };
        isInString = begin !== -1;
        at = end;
        continue;
      }
      const { end, isOpen, leavesEscape } = stringEnd(bytes, at, isEscaped);
      isEscaped = leavesEscape;
      const content = bytes.subarray(at, end);
      at = end;
      if (!isLong) {
        held.push(content);
        heldBytes += content.length;
        if (heldBytes > longBytes) {
          isLong = true;
          const all = Buffer.concat(held);
          // An escape must not be cut.
          const escape = all.subarray(0, keptBytes).indexOf(backslash);
          yield { kind: 'text', bytes: all.subarray(0, escape === -1 ? keptBytes : escape) };
          yield { kind: 'content', index, bytes: all };
          held = [];
        }
      } else yield { kind: 'content', index, bytes: content };
      if (isOpen) continue;
      if (isLong) yield { kind: 'end', index: index++ };
      else yield { kind: 'text', bytes: Buffer.concat(held) };
      yield { kind: 'text', bytes: bytes.subarray(at, at + 1) };
      at += 1;
      isInString = false;
      isLong = false;
      held = [];
      heldBytes = 0;
    }
  }
  if (held.length > 0) yield { kind: 'text', bytes: Buffer.concat(held) };
}

/** Where a string ends, from a position inside of it; open where the bytes end before it. */
function stringEnd(
  bytes: Buffer,
  from: number,
  isEscaped: boolean,
): { readonly end: number; readonly isOpen: boolean; readonly leavesEscape: boolean } {
  let at = isEscaped ? from + 1 : from;
  for (;;) {
    const end = bytes.indexOf(quote, at);
    const until = end === -1 ? bytes.length : end;
    const escape = bytes.subarray(at, until).indexOf(backslash);
    if (escape === -1) return { end: until, isOpen: end === -1, leavesEscape: false };
    at += escape + 2;
    if (at > bytes.length) return { end: bytes.length, isOpen: true, leavesEscape: true };
    if (at === bytes.length) return { end: at, isOpen: true, leavesEscape: false };
  }
}

/** What a shortened string ends with: its number. */
const mark = '#long-string:';

/** The number of a string that was shortened; null for one that is whole. */
export function numberOfLongString(text: string): number | null {
  const number = new RegExp(`${mark}(\\d+)$`).exec(text)?.[1];
  return number === undefined ? null : Number(number);
}

/** More text, besides its long strings, than any answer of an API has. */
const maxTextBytes = 1024 * 1024;
/** Six images in 4k and a video of 15 seconds have less. */
const maxBytes = 1024 * 1024 * 1024;

/**
 * The text of a JSON body with shortened long strings. Null for a body that is too large without them.
 *
 * @throws what the body throws
 */
export async function readShortened(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  let total = 0;
  for await (const piece of splitLongStrings(body)) {
    if (piece.kind === 'content') total += piece.bytes.length;
    else {
      const bytes = piece.kind === 'text' ? piece.bytes : Buffer.from(`${mark}${piece.index}`);
      parts.push(bytes);
      length += bytes.length;
    }
    if (length > maxTextBytes || total > maxBytes) return null;
  }
  return Buffer.concat(parts).toString();
}

/** The content of one long string, as it comes. Ends with it, and leaves the rest of the body unread. */
export async function* contentOfLongString(
  body: AsyncIterable<Uint8Array>,
  wanted: number,
): AsyncGenerator<Buffer> {
  for await (const piece of splitLongStrings(body)) {
    if (piece.kind === 'content' && piece.index === wanted) yield piece.bytes;
    if (piece.kind === 'end' && piece.index === wanted) return;
  }
  throw new Error('the answer ended inside of the video');
}
