import { crc32, deflateSync } from 'node:zlib';

const ground = 0x1f;
const ink = 0x72;
const radius = 80;
const halfStroke = 3;

/**
 * The drawing of a video as a grey PNG, for messengers, which show no SVG: a triangle in a circle on a dark ground. About
 * 15 ms of work and 5 KB.
 */
export function drawPlaceholder({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): Buffer {
  const rows = Buffer.alloc((width + 1) * height, ground);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  const reach = radius + halfStroke + 1;
  const [middleX, middleY] = [width / 2, height / 2];
  for (let y = Math.floor(middleY - reach); y < middleY + reach; y++) {
    for (let x = Math.floor(middleX - reach); x < middleX + reach; x++) {
      const covered = coverage(x + 0.5 - middleX, y + 0.5 - middleY);
      rows[y * (width + 1) + 1 + x] = Math.round(ground + (ink - ground) * covered);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits of grey.
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** How much of a pixel is drawn on, from 0 to 1, by its distance from the edges. */
function coverage(x: number, y: number): number {
  const ring = halfStroke + 0.5 - Math.abs(Math.hypot(x, y) - radius);
  // From (-24, ±40) to (42, 0).
  const slant = (40 * (42 - x) - 66 * Math.abs(y)) / Math.hypot(40, 66);
  const triangle = Math.min(x + 24, slant) + 0.5;
  return Math.min(1, Math.max(0, ring, triangle));
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.byteLength);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
