import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceOfBytes } from '../../src/media/byte-source.ts';
import { inspectImage } from '../../src/media/image/inspect-image.ts';
import { png } from '../support/upload.ts';
import { cpuMs } from '../support/watch-loop.ts';

const inspected = (file: Uint8Array) => inspectImage(sourceOfBytes(file));
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
/** 640 × 360. */
const photo = readFileSync(new URL('../../src/providers/simulator/samples/16x9.jpg', import.meta.url));

const segment = (marker: string, body: Uint8Array) => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.byteLength + 2);
  return Buffer.concat([hex(`ff${marker}`), length, body]);
};
const frame = (width: number, height: number, marker = 'c0') => {
  const body = hex('08 0000 0000 01 01 11 00');
  body.writeUInt16BE(height, 1);
  body.writeUInt16BE(width, 3);
  return segment(marker, body);
};
const scan = Buffer.concat([segment('da', hex('01 01 00 00 3f 00')), hex('00 ffd9')]);
const jpeg = (...parts: Uint8Array[]) => Buffer.concat([hex('ffd8'), ...parts]);
const tiff = (orientation: number, isLittle: boolean) =>
  isLittle
    ? hex(`4949 2a00 08000000 0100 1201 0300 01000000 0${orientation}00 0000 00000000`)
    : hex(`4d4d 002a 00000008 0001 0112 0003 00000001 000${orientation} 0000 00000000`);
const exif = (orientation: number, isLittle = false) =>
  segment('e1', Buffer.concat([Buffer.from('Exif\0\0'), tiff(orientation, isLittle)]));

const pngChunk = (type: string, body: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.byteLength);
  return Buffer.concat([length, Buffer.from(type), body, Buffer.alloc(4)]);
};
const pngOf = (width: number, height: number, ...before: Buffer[]) => {
  const header = hex('00000000 00000000 08 02 00 00 00');
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    hex('89504e470d0a1a0a'),
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', hex('00')),
    pngChunk('IEND', hex('')),
  ]);
};

const riffChunk = (type: string, body: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.byteLength);
  return Buffer.concat([Buffer.from(type), length, body, Buffer.alloc(body.byteLength % 2)]);
};
const webp = (...chunks: Buffer[]) => riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
const lossy = riffChunk('VP8 ', hex('300100 9d012a 4041 6801 00'));
const lossless = riffChunk('VP8L', hex('2f 7fc25900 00'));
const canvas = riffChunk('VP8X', hex('08000000 7f0200 670100'));
const avif = Buffer.concat([hex('00000020'), Buffer.from('ftypavif\0\0\0\0mif1miafavif')]);

describe('an image', () => {
  it.each<[string, Buffer, string, number, number]>([
    ['a photo', photo, 'image/jpeg', 640, 360],
    ['a JPEG whose frame comes first', jpeg(frame(64, 36), scan), 'image/jpeg', 64, 36],
    ['a progressive one', jpeg(frame(64, 36, 'c2'), scan), 'image/jpeg', 64, 36],
    [
      'one with fill bytes',
      jpeg(hex('ffff'), segment('db', Buffer.alloc(65)), hex('ffffff'), frame(64, 36), scan),
      'image/jpeg',
      64,
      36,
    ],
    [
      'one with bytes between its segments',
      jpeg(segment('e0', hex('00')), hex('0000 00'), frame(64, 36), scan),
      'image/jpeg',
      64,
      36,
    ],
    ['one with restarts before its frame', jpeg(hex('ffd0 ff01'), frame(64, 36), scan), 'image/jpeg', 64, 36],
    [
      'one with four megabytes of depth before its frame',
      jpeg(...Array.from({ length: 64 }, () => segment('e1', Buffer.alloc(65_533))), frame(64, 36), scan),
      'image/jpeg',
      64,
      36,
    ],
    ['one that is upside down', jpeg(exif(3), frame(64, 36), scan), 'image/jpeg', 64, 36],
    ['one that lies', jpeg(exif(6), frame(64, 36), scan), 'image/jpeg', 36, 64],
    [
      'one that lies, said in the other order',
      jpeg(exif(8, true), frame(64, 36), scan),
      'image/jpeg',
      36,
      64,
    ],
    ['one that says so after its frame', jpeg(frame(64, 36), exif(5), scan), 'image/jpeg', 36, 64],
    ['one of an orientation that there is not', jpeg(exif(9), frame(64, 36), scan), 'image/jpeg', 64, 36],
    [
      'one with half an EXIF',
      jpeg(segment('e1', hex('457869660000 4d4d002a 000000ff 0001')), frame(64, 36), scan),
      'image/jpeg',
      64,
      36,
    ],
    ['a PNG', png, 'image/png', 2, 1],
    ['a PNG that lies', pngOf(64, 36, pngChunk('eXIf', tiff(6, false))), 'image/png', 36, 64],
    ['a PNG of the largest side', pngOf(16_384, 1), 'image/png', 16_384, 1],
    ['a WebP', webp(lossy), 'image/webp', 320, 360],
    ['a lossless WebP', webp(lossless), 'image/webp', 640, 360],
    ['a WebP with more', webp(canvas, lossy), 'image/webp', 640, 360],
    [
      'a WebP that lies, which browsers do not turn',
      webp(canvas, lossy, riffChunk('EXIF', tiff(6, true))),
      'image/webp',
      640,
      360,
    ],
    [
      'a moving WebP',
      webp(canvas, riffChunk('ANIM', Buffer.alloc(6)), riffChunk('ANMF', Buffer.alloc(16))),
      'image/webp',
      640,
      360,
    ],
  ])('is %s, as displayed', async (_what, file, contentType, width, height) => {
    expect(await inspected(file)).toMatchObject({ kind: 'image', facts: { contentType, width, height } });
  });

  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /no JPEG, PNG or WebP/],
    ['a page', Buffer.from('<html>'), /no JPEG, PNG or WebP/],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), /no JPEG, PNG or WebP/],
    [
      'a photo of an iPhone',
      Buffer.concat([hex('00000018'), Buffer.from('ftypheic\0\0\0\0mif1heic')]),
      /HEIC.*Save it as JPEG/,
    ],
    ['an AVIF', avif, /AVIF.*Save it as JPEG/],
    ['a JPEG without a picture', jpeg(frame(64, 36)), /ends too early/],
    ['a JPEG that ends', jpeg(hex('ffd9')), /no picture/],
    ['a JPEG without a size', jpeg(scan), /size is missing/],
    ['a JPEG of no height', jpeg(frame(64, 0), scan), /size is missing/],
    ['a lossless JPEG', jpeg(frame(64, 36, 'c3'), scan), /browsers do not display/],
    ['segments without a length', jpeg(hex('ffe0 0000'), Buffer.alloc(20_000_000)), /no length/],
    ['five million segments', jpeg(Buffer.alloc(20_000_000, hex('ffe0 0002'))), /more segments/],
    ['ten million markers', jpeg(Buffer.alloc(20_000_000, hex('ffd0'))), /more segments/],
    ['twenty megabytes of filling', jpeg(Buffer.alloc(20_000_000, 0xff)), /too much between/],
    ['a picture of a gigapixel', jpeg(frame(65_500, 65_500), scan), /at most 16384 on a side/],
    ['thirty bytes of a PNG', png.subarray(0, 30), /ends too early/],
    ['a PNG up to its picture', png.subarray(0, 40), /ends too early/],
    ['a PNG of no picture', Buffer.concat([png.subarray(0, 33), pngChunk('IEND', hex(''))]), /no picture/],
    ['a PNG of four billion pixels a side', pngOf(2 ** 32 - 1, 2 ** 32 - 1), /no valid one/],
    ['a PNG of two billion pixels a side', pngOf(2 ** 31 - 1, 2 ** 31 - 1), /at most 16384 on a side/],
    ['a PNG of too many pixels', pngOf(16_000, 16_000), /200 million in all/],
    ['a PNG of no width', pngOf(0, 1), /size is missing/],
    [
      'a million chunks',
      Buffer.concat([png.subarray(0, 33), Buffer.alloc(12_000_000, pngChunk('tEXt', hex('')))]),
      /no picture/,
    ],
    ['a WebP of a canvas alone', webp(canvas), /no picture/],
    ['a piece of a WebP', webp(lossy).subarray(0, 22), /ends too early/],
    ['a sound', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), /no JPEG, PNG or WebP/],
  ])('is not %s: it says what to do, at once', async (_what, file, reason) => {
    const begun = cpuMs();
    expect(await inspected(file)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason) as string,
      message: expect.objectContaining({
        code: expect.stringMatching(/IMAGE|FILE|PIXELS/) as string,
      }) as object,
    });
    expect(cpuMs() - begun).toBeLessThan(200);
  });

  it('is read in bounded time whatever its bytes are, and never throws', async () => {
    const checked = await fc.check(
      fc.asyncProperty(
        fc.constantFrom(
          photo,
          png,
          jpeg(exif(6), frame(64, 36), scan),
          webp(canvas, lossy, riffChunk('EXIF', tiff(6, true))),
        ),
        fc.array(fc.tuple(fc.nat(400), fc.constantFrom(0, 1, 0x7f, 0xff)), { minLength: 1, maxLength: 6 }),
        fc.nat(400),
        async (seed, changes, size) => {
          const file = Buffer.from(seed.subarray(0, size % 2 === 0 ? seed.byteLength : size));
          for (const [at, value] of changes) if (at < file.byteLength) file[at] = value;
          const report = await inspected(file);
          if (report.kind === 'refused') return report.reason.endsWith('.');
          const pixels = report.facts.width * report.facts.height;
          return pixels > 0 && pixels <= 200_000_000;
        },
      ),
      { numRuns: 1500 },
    );
    expect(checked.counterexample).toBeNull();
  });
});
