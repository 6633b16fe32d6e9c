import { lengthOfWhole, unescaped } from './json-escapes.ts';

/** JSON that was read as far as its first long value, or to its end. */
export interface JsonHead {
  /** The text without the long value: whole JSON where there was none. */
  readonly text: string;
  /** The long value, still unread; null where there was none. Ends with the value, throws where the text ends before it. */
  readonly bytes: AsyncGenerator<Buffer> | null;
}

/** A text that is longer, besides its long value, than any answer of an API. */
export class JsonTooLongError extends Error {
  override readonly name = 'JsonTooLongError';
}

/** The text ended inside of the long value. */
export class JsonCutError extends Error {
  override readonly name = 'JsonCutError';
}

/** Answers have some KB besides their videos. */
const maxTextBytes = 1024 * 1024;
/** Names are shorter, with the white space around them. */
const longestName = 64;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads JSON whose value under one of these names may be too large to hold, such as a video in base64. The text is not
 * checked to be JSON: its reader parses it.
 *
 * @param names the members whose value, where it is a string, is not kept
 * @throws JsonTooLongError; what the body throws
 */
export async function readJsonHead(
  body: AsyncIterable<Uint8Array>,
  names: readonly string[],
): Promise<JsonHead> {
  const chunks = body[Symbol.asyncIterator]();
  const isLong = new RegExp(`"(?:${names.join('|')})"\\s*:\\s*$`);
  const parts: Buffer[] = [];
  let length = 0;
  let isInString = false;
  let isEscaped = false;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    for (let at = 0; at < chunk.byteLength; at += 1) {
      const byte = chunk[at];
      if (isEscaped) isEscaped = false;
      else if (isInString && byte === backslash) isEscaped = true;
      else if (byte === quote) {
        isInString = !isInString;
        if (isInString && isLong.test(tailOf([...parts, chunk.subarray(0, at)]))) {
          const text = Buffer.concat([...parts, chunk.subarray(0, at)]).toString();
          return { text, bytes: valueFrom(chunk.subarray(at + 1), chunks) };
        }
      }
    }
    parts.push(chunk);
    length += chunk.byteLength;
    if (length > maxTextBytes) throw new JsonTooLongError('the answer is too long');
  }
  return { text: Buffer.concat(parts).toString(), bytes: null };
}

/** The last characters of a text that came in parts. */
function tailOf(parts: readonly Buffer[]): string {
  let tail = '';
  for (let index = parts.length - 1; index >= 0 && tail.length < longestName; index -= 1) {
    tail = (parts[index]?.subarray(-longestName).toString('latin1') ?? '') + tail;
  }
  return tail;
}

/** The content of a string whose opening quote was read, unescaped; the rest of the body after it is left unread. */
async function* valueFrom(first: Buffer, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let chunk: Buffer | null = first;
  try {
    while (chunk !== null) {
      const all: Buffer = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = endOf(all);
      // An escape may be cut by the end of a chunk.
      const usable = end === -1 ? lengthOfWhole(all) : end;
      rest = all.subarray(usable);
      if (usable > 0) yield unescaped(all.subarray(0, usable));
      if (end !== -1) return;
      const next: IteratorResult<Uint8Array> = await chunks.next();
      chunk =
        next.done === true
          ? null
          : Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    throw new JsonCutError('the answer ended inside of the video');
  } finally {
    await chunks.return?.();
  }
}

/** Where the string ends; -1 where it goes on. */
function endOf(text: Buffer): number {
  for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}
