import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';

/** What the first look at an image tells. */
export interface ImageFacts {
  readonly contentType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Without the dot. */
  readonly extension: string;
  readonly width: number;
  readonly height: number;
}

const extensions = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const;

/** Tells an image by its content, whatever it calls itself; null for what no provider takes. */
export async function readImageFacts(bytes: Uint8Array): Promise<ImageFacts | null> {
  const type = await fileTypeFromBuffer(bytes);
  const contentType = Object.keys(extensions).find((known) => known === type?.mime) as
    | ImageFacts['contentType']
    | undefined;
  if (contentType === undefined) return null;
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0
      ? { contentType, extension: extensions[contentType], width, height }
      : null;
  } catch {
    // Its first bytes are an image's and the rest is not.
    return null;
  }
}
