import { Readable } from 'node:stream';
import type { Video } from '../domain/video-task.ts';
import { drawPlaceholder } from './placeholder-picture.ts';
import type { StoredFile } from './storage/media-store.ts';

const sizes = {
  landscape: { width: 1280, height: 720 },
  portrait: { width: 720, height: 1280 },
  square: { width: 960, height: 960 },
} as const;

/** A triangle on a dark ground, as players draw it. */
const draw = ({ width, height }: { width: number; height: number }): Buffer => {
  const [x, y] = [width / 2, height / 2];
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#2b303b"/>' +
      `<stop offset="1" stop-color="#14171d"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>` +
      `<circle cx="${x}" cy="${y}" r="80" fill="none" stroke="#6b7280" stroke-width="6"/>` +
      `<path d="M${x - 24} ${y - 40}v80l66-40z" fill="#6b7280"/></svg>`,
  );
};

/** It changes with the program alone. */
const modifiedAt = new Date(Date.UTC(2026, 10, 28));

const fileOf = (content: Buffer): StoredFile => ({
  sizeBytes: content.byteLength,
  modifiedAt,
  read: (start, end) => Promise.resolve(Readable.from([content.subarray(start, end + 1)])),
});

const files = new Map<string, StoredFile>(
  Object.entries(sizes).map(([shape, size]) => [`placeholder-${shape}.svg`, fileOf(draw(size))]),
);

type Sized = Pick<Video, 'width' | 'height'>;

function shapeOf({ width, height }: Sized): keyof typeof sizes {
  const ratio =
    width === null || height === null ? sizes.landscape.width / sizes.landscape.height : width / height;
  return ratio > 1.1 ? 'landscape' : ratio < 0.9 ? 'portrait' : 'square';
}

/** The key under `/media/` of the drawn poster of a video that has no other. */
export const placeholderOf = (video: Sized): string => `placeholder-${shapeOf(video)}.svg`;

/** The key of the same for messengers, as a PNG. */
export const placeholderPictureOf = (video: Sized): string => `placeholder-${shapeOf(video)}.png`;

/** The drawn poster of a key; null for any other key. */
export function findPlaceholder(key: string): StoredFile | null {
  const known = files.get(key);
  if (known !== undefined) return known;
  const shape = (['landscape', 'portrait', 'square'] as const).find(
    (name) => key === `placeholder-${name}.png`,
  );
  if (shape === undefined) return null;
  // Drawn when it is asked for first: few are.
  const file = fileOf(drawPlaceholder(sizes[shape]));
  files.set(key, file);
  return file;
}
