import { createHash } from 'node:crypto';
import type { VertexWorld, Operation } from './account-state.ts';
import { behavioursOf } from './account-state.ts';

const blockBytes = 65_536;

/** The video of an operation, as parts: the sample, and a `free` box up to the size that the switch asks for. */
export function* videoOf(world: VertexWorld, operation: Operation): Generator<Buffer> {
  const sample = Buffer.from(world.samples(operation.aspect, 'mp4'));
  yield sample;
  const bytes = Number(behavioursOf(world, operation).get('google-bytes') ?? 0);
  const boxBytes = bytes - sample.byteLength;
  if (boxBytes < 8) return;
  const head = Buffer.alloc(8);
  head.writeUInt32BE(boxBytes);
  head.write('free', 4, 'latin1');
  yield head;
  // Each operation has other bytes, so that no two are mistaken for each other.
  const block = fillerOf(operation.name);
  for (let left = boxBytes - 8; left > 0; left -= blockBytes)
    yield block.subarray(0, Math.min(left, blockBytes));
}

/** Bytes that follow from a text. */
function fillerOf(text: string): Buffer {
  const hash = createHash('sha512').update(text).digest();
  return Buffer.concat(Array.from({ length: blockBytes / hash.byteLength }, () => hash));
}

/** The size of a video in bytes. */
export const sizeOf = (parts: Iterable<Buffer>): number => {
  let sum = 0;
  for (const part of parts) sum += part.byteLength;
  return sum;
};
