import { readFileSync } from 'node:fs';
import { upload } from '../../support/upload.ts';
import type { Dice } from './dice.ts';
import type { Seen } from './requests.ts';

const sample = (name: string) =>
  readFileSync(new URL(`../../../src/providers/simulator/samples/${name}`, import.meta.url));
const videos = ['16x9.mp4', '9x16.mp4', '1x1.mp4'].map(sample) as [Buffer, ...Buffer[]];
const pictures = ['16x9.jpg', '9x16.jpg'].map(sample) as [Buffer, ...Buffer[]];
const boxes = [
  'stts',
  'ctts',
  'stsz',
  'stco',
  'stsc',
  'moov',
  'trak',
  'mdat',
  'ftyp',
  'mvhd',
  'tkhd',
  'elst',
  'stss',
] as const;

/** A finished video as a broken or hostile host serves it. */
export function hostileVideo(dice: Dice): Buffer {
  const video = Buffer.from(dice.pick(videos));
  switch (dice.below(5)) {
    case 0: {
      // A number of a table or the size of a box becomes absurd.
      const at = video.indexOf(dice.pick([...boxes]));
      const place = Math.max(0, at + dice.pick([-4, 4, 8, 12, 16]));
      if (at >= 0 && place + 4 <= video.length)
        video.writeUInt32BE(dice.pick([0xffffffff, 0, 1, 0x7fffffff]), place);
      return video;
    }
    case 1: {
      const begin = Math.max(0, video.indexOf('moov'));
      for (let changes = dice.from(1, 30); changes > 0; changes -= 1) {
        video[Math.min(video.length - 1, begin + dice.below(2000))] = dice.below(256);
      }
      return video;
    }
    case 2:
      return video.subarray(0, dice.below(video.length));
    case 3:
      return dice.bytes(dice.from(0, 5000));
    default:
      return video;
  }
}

/** An image, valid or damaged. */
function hostileImage(dice: Dice): Buffer {
  const picture = Buffer.from(dice.pick(pictures));
  const size = dice.pick([1000, 100_000, 5_000_000]);
  switch (dice.below(7)) {
    case 0: {
      for (let changes = dice.from(1, 40); changes > 0; changes -= 1) {
        picture[dice.below(Math.min(picture.length, 1000))] = dice.below(256);
      }
      return picture;
    }
    case 1:
      return picture.subarray(0, dice.below(picture.length));
    case 2:
      // Segments without a length, up to the end.
      return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(size)]);
    case 3:
      return Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(size, Buffer.from([0xff, 0xe1, 0, 2]))]);
    case 4: {
      const png = Buffer.from('89504e470d0a1a0a0000000d49484452ffffffffffffffff0802000000', 'hex');
      return Buffer.concat([png, dice.bytes(dice.from(0, 300))]);
    }
    case 5:
      return Buffer.concat([
        Buffer.from('RIFF'),
        dice.bytes(4),
        Buffer.from(dice.pick(['WEBPVP8 ', 'WEBPVP8X', 'WEBPVP8L'])),
        dice.bytes(dice.from(0, 200)),
      ]);
    default:
      return Buffer.concat([
        dice.bytes(4),
        Buffer.from(dice.pick(['ftypheic', 'ftypavif', 'ftypisom'])),
        dice.bytes(dice.from(0, 500)),
      ]);
  }
}

/** Uploads one. */
export async function sendImage(url: string, dice: Dice): Promise<Seen | null> {
  try {
    const { status, body } = await upload(
      url,
      hostileImage(dice),
      '',
      dice.pick(['a.png', '', '../../a', 'ä'.repeat(300)]),
    );
    return { status, body: JSON.stringify(body) };
  } catch {
    return null;
  }
}
