import { Base64Bytes } from '../../http/json-with-bytes.ts';
import type { ProviderImage } from '../../provider.ts';

/** The content of an image in the input of an interaction. */
export interface ImageContent {
  readonly type: 'image';
  readonly mime_type: string;
  readonly data: Base64Bytes;
}

/** The content of an image; null for one whose bytes are not here: an address is not sent, for Google may not fetch it. */
export async function contentOf(image: ProviderImage): Promise<ImageContent | null> {
  switch (image.kind) {
    case 'url':
      return null;
    case 'upload': {
      const blob = await image.open();
      const data = new Base64Bytes(blob.size, () => blob.stream());
      return { type: 'image', mime_type: image.contentType, data };
    }
    case 'fetched': {
      const data = new Base64Bytes(image.sizeBytes, () => image.read());
      return { type: 'image', mime_type: image.contentType, data };
    }
    default:
      return image satisfies never;
  }
}
