import { message, type Message } from '../domain/messages.ts';
import type { ByteSource } from '../media/byte-source.ts';
import { inspectImage } from '../media/image/inspect-image.ts';
import type { Commands } from './command-context.ts';
import type { Owner, Upload } from '../domain/video-task.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';
import { randomId } from './random-id.ts';

/** The largest image that is taken. */
export const maxImageBytes = 20 * 1024 * 1024;

/** The image, or the error that the caller can fix. */
export type UploadResult =
  | { readonly image: Upload; readonly userErrors: readonly [] }
  | { readonly image: null; readonly userErrors: readonly [UserError] };

/** A file that came with a request and is on the disk, without a key yet. */
export interface IncomingFile {
  readonly size: number;
  /** Reads in it, without its bytes in memory. */
  inspect<T>(read: (content: ByteSource) => Promise<T>): Promise<T>;
  /** Keeps it under a key; it disappears with the request otherwise. */
  keepAs(key: string): Promise<void>;
}

/** Keeps an image for later tasks of its owner, who may have `maxOwnerBytes` of them. */
export async function uploadReferenceImage(
  store: Commands['store'],
  owner: Owner,
  file: IncomingFile,
  maxOwnerBytes: number,
  now: number,
): Promise<UploadResult> {
  if (file.size > maxImageBytes) {
    const reason = message('FILE_TOO_LARGE', { bytes: file.size, maxBytes: maxImageBytes });
    const text = `The image has ${file.size} bytes; at most ${maxImageBytes} are accepted. Make it smaller.`;
    return bad(reason, text);
  }
  const kept = await store.uploadedBytes(owner);
  if (kept + file.size > maxOwnerBytes) {
    const text =
      `Your images take ${kept} bytes, and at most ${maxOwnerBytes} are kept for you. Use images that you uploaded ` +
      'before, or wait: each is deleted 30 days after its last use.';
    const reason = message('STORAGE_FULL', { bytes: kept, maxBytes: maxOwnerBytes });
    return { image: null, userErrors: [{ code: 'RATE_LIMITED', message: text, reason, field: ['file'] }] };
  }
  const inspection = await file.inspect(inspectImage);
  if (inspection.kind === 'refused') return bad(inspection.message, inspection.reason);
  const { contentType, width, height, extension } = inspection.facts;
  const image: Upload = {
    id: randomId(),
    owner,
    bytes: file.size,
    mediaKey: `${randomId()}.${extension}`,
    contentType,
    width,
    height,
    createdAt: now,
    usedAt: now,
  };
  await store.media.begin(image.mediaKey, now);
  // The file first: a row without one could be put into a task.
  await file.keepAs(image.mediaKey);
  await store.insertUpload(image);
  return { image, userErrors: [] };
}

const bad = (reason: Message, text: string): UploadResult => ({
  image: null,
  userErrors: [{ code: 'BAD_INPUT', message: text, reason, field: ['file'] }],
});
