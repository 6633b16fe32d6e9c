import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The bytes of a body. Some servers pack them although they are asked not to: gzip is unpacked, recognised by its first
 * bytes, because headers name it where it is not and leave it out where it is.
 *
 * @throws what the body throws, and what a body that is cut or broken makes of the unpacking
 */
export async function* unpacked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts = body[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true) return;
  const all = startingWith(first.value, parts);
  const isPacked = first.value[0] === 0x1f && first.value[1] === 0x8b;
  // An error destroys the last stream with it, so that the reader gets it.
  yield* isPacked ? pipeline(Readable.from(all), createGunzip(), () => {}) : all;
}

async function* startingWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
