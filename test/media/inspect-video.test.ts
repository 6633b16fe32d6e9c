import * as fc from 'fast-check';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { beforeAll, describe, expect, it } from 'vitest';
import { sourceOfBytes } from '../../src/media/byte-source.ts';
import { inspectVideo } from '../../src/media/video/inspect-video.ts';
import { boxesOf, changed, containers, remuxed, sampleVideo, without } from '../support/sample-videos.ts';
import { cpuMs } from '../support/watch-loop.ts';

const inspected = (file: Buffer) => inspectVideo(sourceOfBytes(file));
const isWhole = async (file: Buffer) => (await inspected(file)).kind === 'whole';

/** An element of EBML, its size stated in four bytes, or not at all. */
const element = (id: string, body: Buffer, isOpen = false): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(isOpen ? 0x1f_ff_ff_ff : 0x10_00_00_00 + body.byteLength);
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
};
const header = element('1a45dfa3', element('4282', Buffer.from('webm')));
const video = (width: string, more = '') =>
  element(
    '1654ae6b',
    element(
      'ae',
      Buffer.concat([
        element('83', Buffer.from([1])),
        element(
          'e0',
          Buffer.concat([
            element('b0', Buffer.from(width, 'hex')),
            element('ba', Buffer.from('0168', 'hex')),
            Buffer.from(more, 'hex'),
          ]),
        ),
      ]),
    ),
  );
const cluster = element('1f43b675', element('e7', Buffer.from([0])));
const info = (seconds: number) => {
  const units = Buffer.alloc(8);
  units.writeDoubleBE(seconds * 1000);
  return element('1549a966', element('4489', units));
};
const webm = (...parts: Buffer[]) =>
  Buffer.concat([
    header,
    element('18538067', Buffer.concat(parts.length > 0 ? parts : [video('0280'), cluster])),
  ]);

describe('a video file', () => {
  let sample: Buffer;
  const files = new Map<string, Buffer>();
  beforeAll(async () => {
    sample = await sampleVideo();
    files.set('mp4', sample);
    for (const container of containers) files.set(container, await remuxed(sample, container));
    files.set('webm', webm(info(4), video('0280'), cluster));
  });

  it.each(['16x9.mp4', '9x16.mp4', '1x1.mp4'])(
    'has the facts that another reader finds: %s',
    async (name) => {
      const file = await sampleVideo(name);
      using input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
      const track = await input.getPrimaryVideoTrack();
      expect(await inspected(file)).toEqual({
        kind: 'whole',
        statesEnd: true,
        facts: {
          width: await track?.getDisplayWidth(),
          height: await track?.getDisplayHeight(),
          durationSeconds: await input.computeDuration(),
        },
      });
    },
  );

  it.each<[string, boolean, number | null]>([
    ['mp4, index first', true, 4],
    ['mp4, in fragments', true, 4],
    ['mov', true, 4],
    ['matroska', true, 4],
    ['matroska, as recorded', false, null],
    ['webm', true, 4],
  ])('is whole in any container: %s', async (container, statesEnd, durationSeconds) => {
    expect(await inspected(files.get(container) ?? Buffer.alloc(0))).toEqual({
      kind: 'whole',
      statesEnd,
      facts: { width: 640, height: 360, durationSeconds },
    });
  });

  it('that states its end is not whole wherever it is cut off', async () => {
    const passing: string[] = [];
    for (const [container, file] of files) {
      const report = await inspected(file);
      if (report.kind !== 'whole' || !report.statesEnd) continue;
      // The random access index of fragments is after the last of them.
      const end = container === 'mp4, in fragments' ? without(file, 'mfra').byteLength : file.byteLength;
      for (let size = 0; size < end; size += size < end - 300 ? 37 : 1) {
        if (await isWhole(file.subarray(0, size))) passing.push(`${container}, ${size} bytes`);
      }
    }
    expect(passing).toEqual([]);
  });

  it.each<[string, (file: Buffer) => Buffer]>([
    ['bytes that are no box', (file) => Buffer.concat([file, Buffer.from('junkjunk')])],
    ['fewer bytes than a box has', (file) => Buffer.concat([file, Buffer.from('\n')])],
    ['zeros', (file) => Buffer.concat([file, Buffer.alloc(5000)])],
    ['an unknown box', (file) => Buffer.concat([file, Buffer.from('0000000c616263640a0a0a0a', 'hex')])],
  ])('may be followed by %s', async (_what, change) => {
    expect(await isWhole(change(sample))).toBe(true);
    expect(await isWhole(change(webm()))).toBe(true);
  });

  it.each<[string, (file: Buffer) => Buffer, RegExp]>([
    ['nothing', () => Buffer.alloc(0), /ends too early/],
    ['its first box alone', (file) => boxesOf(file)[0]?.bytes ?? file, /moov.*missing/],
    ['no index', (file) => without(file, 'moov'), /moov.*missing/],
    ['no media data', (file) => without(file, 'mdat'), /mdat.*missing/],
    ['zeros for the rest', (file) => Buffer.concat([file.subarray(0, 32), Buffer.alloc(20_000)]), /moov/],
    [
      'an index without a header',
      (file) => changed(file, 'mvhd', (box) => box.write('free', 4)),
      /no header/,
    ],
    ['a picture that is none', (file) => changed(file, 'hdlr', (box) => box.write('text', 16)), /no picture/],
    [
      'no table of places',
      (file) => changed(file, 'stco', (box) => box.write('free', 4)),
      /lists no samples/,
    ],
    [
      'a track larger than its index',
      (file) => changed(file, 'trak', (box) => box.writeUInt32BE(2 ** 31)),
      /larger/,
    ],
    [
      'zeros instead of media data',
      (file) =>
        Buffer.concat(
          boxesOf(file).map(({ type, bytes }) => (type === 'mdat' ? Buffer.alloc(bytes.byteLength) : bytes)),
        ),
      /mdat.*missing/,
    ],
    [
      'places beyond the file',
      (file) => changed(file, 'stco', (box) => box.writeUInt32BE(2 ** 31, 16)),
      /mdat.*cut off/,
    ],
  ])('with %s is not whole', async (_what, change, reason) => {
    expect(await inspected(change(sample))).toEqual({
      kind: 'notWhole',
      reason: expect.stringMatching(reason) as string,
    });
  });

  describe('whose media data has an unusual size', () => {
    /** Index first, and the header of `mdat` as given. */
    const withMdat = async (head: (bytes: number) => Buffer): Promise<Buffer> => {
      const file = await remuxed(sample, 'mp4, index first');
      const shift = head(0).byteLength - 8;
      const parts = boxesOf(file).map(({ type, bytes }) =>
        type === 'mdat' ? Buffer.concat([head(bytes.byteLength), bytes.subarray(8)]) : bytes,
      );
      return changed(Buffer.concat(parts), 'stco', (box) => {
        for (let at = 16; at < box.byteLength; at += 4) box.writeUInt32BE(box.readUInt32BE(at) + shift, at);
      });
    };
    const open = () => Buffer.from('\0\0\0\0mdat', 'latin1');
    const long = (bytes: number) => {
      const head = Buffer.from('\0\0\0\x01mdat\0\0\0\0\0\0\0\0', 'latin1');
      head.writeBigUInt64BE(BigInt(bytes + 8), 8);
      return head;
    };

    it.each([
      ['to the end', open],
      ['of 64 bits', long],
    ])('%s is whole, and not when it is cut', async (_what, head) => {
      const file = await withMdat(head);
      expect(await isWhole(file)).toBe(true);
      for (const cut of [1, 10, 5000, 14_000]) {
        expect(await isWhole(file.subarray(0, file.byteLength - cut))).toBe(false);
      }
    });

    it.each([2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 0n, 15n])('of %d is not whole', async (size) => {
      const file = await withMdat((bytes) => {
        const head = long(bytes);
        head.writeBigUInt64BE(size, 8);
        return head;
      });
      expect(await isWhole(file)).toBe(false);
    });
  });

  it.each<[string, (file: Buffer) => Buffer, Partial<Record<'width' | 'height' | 'durationSeconds', null>>]>([
    [
      'a length of hours that were never filmed',
      (file) => changed(file, 'mvhd', (box) => box.writeUInt32BE(2 ** 32 - 2, 24)),
      { durationSeconds: null },
    ],
    [
      'a picture of 65,535 pixels',
      (file) => changed(file, 'tkhd', (box) => box.writeUInt32BE(2 ** 32 - 1, box.byteLength - 8)),
      { width: null, height: null },
    ],
    [
      'four billion samples of one length',
      (file) => changed(file, 'stts', (box) => box.writeUInt32BE(2 ** 32 - 1, 16)),
      {},
    ],
    [
      'four billion runs of lengths',
      (file) => changed(file, 'stts', (box) => box.writeUInt32BE(2 ** 32 - 1, 12)),
      {},
    ],
    [
      'four billion key frames',
      (file) => changed(file, 'stss', (box) => box.writeUInt32BE(2 ** 32 - 1, 12)),
      {},
    ],
    [
      'four billion samples in a chunk',
      (file) => changed(file, 'stsc', (box) => box.writeUInt32BE(2 ** 32 - 1, 20)),
      {},
    ],
  ])('that claims %s is kept, without that fact', async (_what, change, missing) => {
    expect(await inspected(change(sample))).toEqual({
      kind: 'whole',
      statesEnd: true,
      facts: { width: 640, height: 360, durationSeconds: 4, ...missing },
    });
  });

  it.each(['stsz', 'stsc', 'stco', 'trun', 'tfra'])(
    'that claims four billion entries of %s is read at once',
    async (type) => {
      for (const file of [sample, files.get('mp4, in fragments') ?? sample]) {
        if (!file.includes(type, 0, 'latin1')) continue;
        for (const at of [12, 16]) {
          const begun = cpuMs();
          await inspected(
            changed(file, type, (box) => box.byteLength >= at + 4 && box.writeUInt32BE(2 ** 32 - 1, at)),
          );
          expect(cpuMs() - begun).toBeLessThan(200);
        }
      }
    },
  );

  it('of boxes without end, inside or at the top, is given up', async () => {
    const boxes = (type: string, count: number) => {
      const box = Buffer.from(`\0\0\0\x08${type}`, 'latin1');
      return Buffer.alloc(count * 8, box);
    };
    const moov = Buffer.concat([Buffer.from('\0\x7a\x12\x08moov', 'latin1'), boxes('trak', 1_000_000)]);
    for (const file of [boxes('free', 1_000_000), moov]) {
      const begun = cpuMs();
      expect(await inspected(file)).toMatchObject({ kind: 'notWhole' });
      expect(cpuMs() - begun).toBeLessThan(1000);
    }
    // Boxes that hold one another are not followed: only what is looked for.
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 2000; depth += 1) {
      const head = Buffer.from('\0\0\0\0moov', 'latin1');
      head.writeUInt32BE(nested.byteLength + 8);
      nested = Buffer.concat([head, nested]);
    }
    expect(await isWhole(nested)).toBe(false);
  });

  describe('in WebM', () => {
    it.each<[string, Buffer, RegExp]>([
      ['no clusters', webm(video('0280')), /no media data/],
      ['no picture', webm(cluster), /no picture/],
      ['a segment that is cut', webm().subarray(0, -1), /segment is cut off/],
      [
        'a cluster larger than its segment',
        webm(video('0280'), Buffer.from('1f43b675 0100000fffffffff'.replace(' ', ''), 'hex')),
        /cut off/,
      ],
      ['parts whose size is not stated', webm(Buffer.from('1549a966ff', 'hex'), cluster), /has no size/],
      ['sizes of nine bytes', webm(Buffer.from('1549a96600', 'hex')), /cannot be read/],
    ])('with %s is not whole', async (_what, file, reason) => {
      expect(await inspected(file)).toEqual({
        kind: 'notWhole',
        reason: expect.stringMatching(reason) as string,
      });
    });

    it.each<[string, Buffer, object]>([
      ['a width of 2^56', webm(video('ffffffffffffff'), cluster), { width: null, height: null }],
      ['a width of nine bytes', webm(video('010203040506070809'), cluster), { width: null, height: null }],
      [
        'a length that is no number',
        webm(info(Number.NaN), video('0280'), cluster),
        { durationSeconds: null },
      ],
      [
        'a length without end',
        webm(info(Number.POSITIVE_INFINITY), video('0280'), cluster),
        { durationSeconds: null },
      ],
      ['another size to display', webm(video('0280', '54b0810a54ba8105'), cluster), { width: 10, height: 5 }],
      [
        'a ratio to display',
        webm(video('0280', '54b0811054ba810954b28103'), cluster),
        { width: 640, height: 360 },
      ],
    ])('with %s is kept', async (_what, file, facts) => {
      expect(await inspected(file)).toMatchObject({ kind: 'whole', facts });
    });

    it('as recorded is not whole when its last part is cut', async () => {
      const file = files.get('matroska, as recorded') ?? Buffer.alloc(0);
      expect(await isWhole(file.subarray(0, -1))).toBe(false);
    });
  });

  it('is read in bounded time whatever its bytes are, and never throws', async () => {
    const seeds = [...files.values()];
    const checked = await fc.check(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(
          fc.record({
            // Where the headers are: at both ends.
            at: fc.double({ min: 0, max: 1, noNaN: true }),
            value: fc.constantFrom(0, 1, 8, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_ff),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (seed, changes) => {
          const file = Buffer.from(seed);
          const isIndexFirst = file.indexOf('moov') < 3000;
          for (const { at, value } of changes) {
            const place = Math.floor(at * Math.min(2500, file.byteLength - 4));
            file.writeUInt32BE(value, isIndexFirst ? place : file.byteLength - 4 - place);
          }
          const begun = cpuMs();
          const report = await inspected(file);
          const facts = report.kind === 'whole' ? Object.values(report.facts) : [];
          return cpuMs() - begun < 200 && facts.every((fact) => fact === null || fact > 0);
        },
      ),
      { numRuns: 1500 },
    );
    expect(checked.counterexample).toBeNull();
  });
});
