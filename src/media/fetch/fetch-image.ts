import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from 'undici';
import { sourceOfFile } from '../byte-source.ts';
import { inspectImage } from '../image/inspect-image.ts';
import { StorageError } from '../storage-error.ts';
import { abandon } from './abandon.ts';
import { guardedGet } from './guarded-get.ts';
import { unpacked } from './unpacked.ts';

/** The bytes of an image at an address, held until they are disposed of. In no folder that outlives the process. */
export interface FetchedImage extends AsyncDisposable {
  /** By content: image/jpeg, image/png or image/webp. */
  readonly contentType: string;
  readonly sizeBytes: number;
  /** All bytes from the beginning, each time. */
  read(): AsyncIterable<Uint8Array>;
}

/** An address serves something that cannot be used as an image. The message is for users. */
export class NotAnImageError extends Error {
  override readonly name = 'NotAnImageError';
}

/** As for uploads: more than any provider takes. */
const maxImageBytes = 20 * 1024 * 1024;
const okStatuses: ReadonlySet<number> = new Set([200, 203]);

/**
 * Fetches a whole image through the address guard. Its bytes are kept in a file without a name: memory holds none of
 * them, and a crash leaves nothing behind.
 *
 * @throws NotAnImageError; StorageError for a fault of this machine's disk; what guardedGet throws
 */
export async function fetchImage(agent: Agent, address: string, signal: AbortSignal): Promise<FetchedImage> {
  const { statusCode, body } = await guardedGet(agent, address, 'image/*,*/*;q=0.5', signal);
  try {
    if (!okStatuses.has(statusCode)) {
      throw new NotAnImageError(`its host answers with HTTP status ${statusCode}`);
    }
    const file = await ownDisk(openNameless());
    try {
      let sizeBytes = 0;
      for await (const chunk of unpacked(body)) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > maxImageBytes) throw new NotAnImageError('it has more than 20 MB');
        await ownDisk(file.writeFile(chunk));
      }
      const inspection = await inspectImage(sourceOfFile(file, sizeBytes));
      if (inspection.kind === 'refused') throw new NotAnImageError(inspection.reason);
      return {
        contentType: inspection.facts.contentType,
        sizeBytes,
        read: () => file.createReadStream({ start: 0, autoClose: false }),
        [Symbol.asyncDispose]: () => file.close(),
      };
    } catch (error) {
      await file.close();
      throw error;
    }
  } finally {
    abandon(body);
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `reelay-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

const ownDisk = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw new StorageError(error);
  });
