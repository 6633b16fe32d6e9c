import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readVideoFacts } from '../../src/media/video-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sample = (name: string) =>
  fileURLToPath(new URL(`../../src/providers/simulator/samples/${name}`, import.meta.url));
const nothing = { width: null, height: null, durationSeconds: null };

describe('the facts of a video file', () => {
  it.each([
    ['16x9.mp4', 640, 360],
    ['9x16.mp4', 360, 640],
    ['1x1.mp4', 480, 480],
  ])('are size and length: %s', async (name, width, height) => {
    expect(await readVideoFacts(sample(name))).toEqual({ width, height, durationSeconds: 4 });
  });

  it.each([
    ['only the head of one', (whole: Buffer) => whole.subarray(0, 40)],
    ['a head and noise', (whole: Buffer) => Buffer.concat([whole.subarray(0, 40), Buffer.alloc(9000, 0xa5)])],
    ['a page', () => Buffer.from('<!doctype html><p>gone')],
    ['nothing', () => Buffer.alloc(0)],
  ])('are null where they cannot be read: %s', async (_what, bytesFrom) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'v.mp4');
    await writeFile(path, bytesFrom(await readFile(sample('16x9.mp4'))));
    expect(await readVideoFacts(path)).toEqual(nothing);
  });
});
