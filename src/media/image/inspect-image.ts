import { message, type Message } from '../../domain/messages.ts';
import { HeaderReader, MalformedError, type ByteSource } from '../byte-source.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/** Facts in the header of an image. */
export interface ImageFacts {
  readonly contentType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Without the dot. */
  readonly extension: string;
  /** Pixels as displayed: a picture that EXIF says is turned is turned. */
  readonly width: number;
  readonly height: number;
}

/** An image that browsers display, or what the caller can do instead; `reason` is a sentence for users. */
export type ImageInspection =
  | { readonly kind: 'image'; readonly facts: ImageFacts }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: Message };

/** The size of a picture as it is stored, and how it is to be turned. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The EXIF orientation, 1 to 8. */
  readonly orientation: number;
}

/** The largest side that a WebP can have, and that browsers draw; no provider takes more. */
const maxSidePixels = 16_384;
/** The largest photos of phones have 200 million; decoded that is 800 MB. */
const maxPixels = 200_000_000;
/** Orientations from this one on exchange width and height. */
const firstTurned = 5;

const formats = [
  { contentType: 'image/jpeg', extension: 'jpg', read: readJpeg, begins: matches(0, 'ffd8ff') },
  { contentType: 'image/png', extension: 'png', read: readPng, begins: matches(0, '89504e470d0a1a0a') },
  { contentType: 'image/webp', extension: 'webp', read: readWebp, begins: matches(8, '57454250') },
] as const;
const signatureBytes = 32;

/**
 * Recognizes an image by its content, whatever it calls itself, and reads its size. Reads headers only, within fixed
 * bounds (docs/decisions/0011).
 *
 * @throws what `read` of the source throws
 */
export async function inspectImage(source: ByteSource): Promise<ImageInspection> {
  const start = await source.read(0, signatureBytes);
  const format = formats.find(({ begins }) => begins(start));
  if (format === undefined) return reasonAgainst(start);
  try {
    const picture = await format.read(new HeaderReader(source));
    const isTurned = picture.orientation >= firstTurned;
    const width = isTurned ? picture.height : picture.width;
    const height = isTurned ? picture.width : picture.height;
    if (width > maxSidePixels || height > maxSidePixels || width * height > maxPixels) {
      return refused(
        message('TOO_MANY_PIXELS', {
          width,
          height,
          maxSide: maxSidePixels,
          maxMegapixels: maxPixels / 1e6,
        }),
        `The image has ${width} × ${height} pixels; at most ${maxSidePixels} on a side and ` +
          `${maxPixels / 1e6} million in all are accepted. Make it smaller.`,
      );
    }
    const { contentType, extension } = format;
    return { kind: 'image', facts: { contentType, extension, width, height } };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const name = format.extension === 'jpg' ? 'JPEG' : format.extension === 'png' ? 'PNG' : 'WebP';
    return refused(
      message('IMAGE_MALFORMED', { format: name, reason: error.message }),
      `The file begins like a ${name} image, but cannot be read: ${error.message}. Save it again.`,
    );
  }
}

const refused = (content: Message, reason: string): ImageInspection => ({
  kind: 'refused',
  reason,
  message: content,
});

/** Brands of the `ftyp` box that begins HEIF files (ISO/IEC 23008-12, AVIF 1.1). */
const avifBrands = /avif|avis/;
const heicBrands = /hei[cmsx]|hev[cmsx]|mif1|msf1|miaf/;

function reasonAgainst(start: Buffer): ImageInspection {
  const brands = start.toString('latin1', 4, 8) === 'ftyp' ? start.toString('latin1', 8) : '';
  if (avifBrands.test(brands)) {
    return refused(
      message('FILE_IS_AVIF', {}),
      'AVIF images are not accepted, because providers cannot read them. Save it as JPEG, PNG or WebP.',
    );
  }
  if (heicBrands.test(brands)) {
    return refused(
      message('FILE_IS_HEIC', {}),
      'HEIC images are not accepted, because providers cannot read them. Save it as JPEG; iPhones make JPEGs with ' +
        'Settings > Camera > Formats > Most Compatible.',
    );
  }
  return refused(
    message('FILE_NOT_AN_IMAGE', {}),
    'The file is no JPEG, PNG or WebP image. Save it as one of these.',
  );
}

function matches(at: number, hex: string): (start: Buffer) => boolean {
  const signature = Buffer.from(hex, 'hex');
  return (start) => start.subarray(at, at + signature.byteLength).equals(signature);
}
