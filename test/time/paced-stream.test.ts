import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LoopTurns } from '../../src/time/loop-turns.ts';
import { pacedStream } from '../../src/time/paced-stream.ts';

describe('paced streams', () => {
  it('pass a few pieces in each iteration of the event loop, whole and in order', async () => {
    const turns = new LoopTurns(10);
    // A reader may receive two pieces as one: their bytes are counted, two of each.
    const passed: number[] = [];
    const pieces = (index: number) => Array.from({ length: 5 }, (_, piece) => Buffer.from([index, piece]));
    const streams = Array.from({ length: 60 }, async (_, index) => {
      const received: Buffer[] = [];
      for await (const piece of pacedStream(Readable.from(pieces(index)), turns)) {
        passed.push(...(piece as Buffer));
        received.push(piece as Buffer);
      }
      return Buffer.concat(received);
    });
    const seen = [0];
    while (seen.at(-1) !== 600) {
      await setImmediate();
      seen.push(passed.length);
    }
    expect(seen.slice(1).filter((count, at) => count - (seen[at] ?? 0) > 40)).toEqual([]);
    expect(await Promise.all(streams)).toEqual(streams.map((_, index) => Buffer.concat(pieces(index))));
  });

  it('fail as their source does, and end it when they are left', async () => {
    const failing = pacedStream(
      new Readable({
        read() {
          this.destroy(new Error('The bucket is gone'));
        },
      }),
      new LoopTurns(1),
    );
    await expect(buffer(failing)).rejects.toThrow('The bucket is gone');
    const source = new Readable({ read: () => {} });
    const left = pacedStream(source, new LoopTurns(1)).on('error', () => {});
    left.destroy();
    while (!source.destroyed) await setImmediate();
  });
});
