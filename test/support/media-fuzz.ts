import { readFile } from 'node:fs/promises';
import { sourceOfBytes } from '../../src/media/byte-source.ts';
import { inspectImage } from '../../src/media/image/inspect-image.ts';
import { inspectVideo } from '../../src/media/video/inspect-video.ts';
import { containers, remuxed, sampleVideo } from './sample-videos.ts';
import { png } from './upload.ts';

/** What claims in files are changed to. */
const claims = [
  0, 1, 2, 7, 8, 0xff, 0x7f_ff, 0xff_ff, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_fe, 0xff_ff_ff_ff,
];
/** Headers lie in so many bytes at either end of a file. */
const headerBytes = 4000;
/** A single file may take so long; what holds the loop longer is a fault. */
const longestMs = 200;

/** Changes numbers in good videos and images at random, and counts what takes long or throws. */
export async function mediaFuzz(runs: number, seed: number) {
  const random = randomFrom(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const video = await sampleVideo();
  const videos = [video, ...(await Promise.all(containers.map((container) => remuxed(video, container))))];
  const images = [
    png,
    await readFile(new URL('../../src/providers/simulator/samples/16x9.jpg', import.meta.url)),
  ];
  const figures = { files: runs, seed, slow: 0, thrown: 0, worstMs: 0 };
  for (let run = 0; run < runs; run += 1) {
    const isVideo = run % 4 !== 0;
    const seeds = isVideo ? videos : images;
    const file = Buffer.from(seeds[pick(seeds.length)] ?? png);
    for (let change = pick(5); change >= 0; change -= 1) {
      const at = pick(Math.min(headerBytes, file.byteLength - 4));
      const place = random() < 0.5 ? at : file.byteLength - 4 - at;
      file.writeUInt32BE(claims[pick(claims.length)] ?? 0, place);
    }
    const source = sourceOfBytes(random() < 0.8 ? file : file.subarray(0, pick(file.byteLength)));
    const begun = performance.now();
    try {
      await (isVideo ? inspectVideo(source) : inspectImage(source));
    } catch {
      figures.thrown += 1;
    }
    const tookMs = performance.now() - begun;
    figures.worstMs = Math.max(figures.worstMs, Math.round(tookMs));
    if (tookMs > longestMs) figures.slow += 1;
  }
  return figures;
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
