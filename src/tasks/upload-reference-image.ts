import { readImageFacts } from '../media/image.ts';
import type { MediaFiles } from '../media/media-files.ts';
import type { Store } from '../store/store.ts';
import type { Owner, Upload } from '../store/video-task.ts';
import type { UserError } from './user-error.ts';
import { randomId } from './random-id.ts';

/** The largest image that is taken. */
export const maxImageBytes = 20 * 1024 * 1024;

/** The image, or what the caller can mend. */
export type UploadResult =
  | { readonly image: Upload; readonly userErrors: readonly [] }
  | { readonly image: null; readonly userErrors: readonly [UserError] };

/** A file as it comes with a request. */
export interface IncomingFile {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Keeps an image for later tasks of its owner. */
export async function uploadReferenceImage(
  store: Store,
  files: MediaFiles,
  owner: Owner,
  file: IncomingFile,
  now: number,
): Promise<UploadResult> {
  if (file.size > maxImageBytes) {
    return bad(`The image has ${file.size} bytes; at most ${maxImageBytes} are taken. Make it smaller.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const facts = await readImageFacts(bytes);
  if (facts === null) return bad('The file is no JPEG, PNG or WebP image that can be read.');
  const { contentType, width, height, extension } = facts;
  const image: Upload = {
    id: randomId(),
    owner,
    mediaKey: `${randomId()}.${extension}`,
    contentType,
    width,
    height,
    createdAt: now,
    usedAt: now,
  };
  await store.beginMedia(image.mediaKey, now);
  // The file first: a row without one could be put into a task.
  await files.write(image.mediaKey, [bytes]);
  await store.insertUpload(image);
  return { image, userErrors: [] };
}

const bad = (message: string): UploadResult => ({
  image: null,
  userErrors: [{ code: 'BAD_INPUT', message, field: ['file'] }],
});
