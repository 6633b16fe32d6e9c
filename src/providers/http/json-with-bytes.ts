import { randomUUID } from 'node:crypto';
import { SizedBody } from './http.ts';

/** Bytes that a JSON body has as base64 text. They are read while they are sent: memory never holds all of them. */
export class Base64Bytes {
  readonly sizeBytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;

  /** @param read all bytes from the beginning, each time: exactly `sizeBytes` of them */
  constructor(sizeBytes: number, read: () => AsyncIterable<Uint8Array>) {
    this.sizeBytes = sizeBytes;
    this.read = read;
  }
}

/** The length of base64 text, with its padding. */
const base64Length = (sizeBytes: number): number => 4 * Math.ceil(sizeBytes / 3);

/** A JSON body of a value in which `Base64Bytes` stand for strings. */
export function jsonWithBytes(value: unknown): SizedBody {
  const bytes: Base64Bytes[] = [];
  // Not to be guessed: no text of a caller is taken for one.
  const mark = `bytes:${randomUUID()}:`;
  const text = JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Base64Bytes ? `${mark}${bytes.push(part) - 1}` : part,
  );
  const texts = text.split(new RegExp(`${mark}\\d+`)).map((part) => Buffer.from(part));
  const sizeBytes =
    texts.reduce((sum, part) => sum + part.byteLength, 0) +
    bytes.reduce((sum, part) => sum + base64Length(part.sizeBytes), 0);
  return new SizedBody(sizeBytes, async function* () {
    for (const [index, part] of texts.entries()) {
      yield part;
      const next = bytes[index];
      if (next !== undefined) yield* base64(next);
    }
  });
}

async function* base64({ sizeBytes, read }: Base64Bytes): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  // Three bytes are four characters: what is left over waits for the next chunk.
  let rest = Buffer.alloc(0);
  for await (const chunk of read()) {
    left -= chunk.byteLength;
    const whole = Buffer.concat([rest, chunk]);
    const end = whole.byteLength - (whole.byteLength % 3);
    rest = whole.subarray(end);
    if (end > 0) yield Buffer.from(whole.toString('base64', 0, end), 'latin1');
  }
  if (left !== 0) throw new Error('An image has not the size that it had');
  if (rest.byteLength > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}
