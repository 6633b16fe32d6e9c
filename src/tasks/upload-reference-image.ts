import { readImageFacts } from '../media/image.ts';
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

/** A file that came with a request and is on the disk, without a key yet. */
export interface IncomingFile {
  readonly size: number;
  read(): Promise<Uint8Array>;
  /** Keeps it under a key; it disappears with the request otherwise. */
  keepAs(key: string): Promise<void>;
}

/** Keeps an image for later tasks of its owner. */
export async function uploadReferenceImage(
  store: Store,
  owner: Owner,
  file: IncomingFile,
  now: number,
): Promise<UploadResult> {
  if (file.size > maxImageBytes) {
    return bad(`The image has ${file.size} bytes; at most ${maxImageBytes} are taken. Make it smaller.`);
  }
  const facts = await readImageFacts(await file.read());
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
  await file.keepAs(image.mediaKey);
  await store.insertUpload(image);
  return { image, userErrors: [] };
}

const bad = (message: string): UploadResult => ({
  image: null,
  userErrors: [{ code: 'BAD_INPUT', message, field: ['file'] }],
});
