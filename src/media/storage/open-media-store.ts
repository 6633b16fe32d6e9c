import { join } from 'node:path';
import { FileStore } from './file-store.ts';
import type { MediaStore } from './media-store.ts';
import type { S3Location } from './s3-client.ts';
import { S3Store } from './s3-store.ts';
import type { FaultLog } from './store-health.ts';

/** The store to open. */
export type MediaStoreOptions =
  /** A folder; null: one in the data folder. */
  { readonly kind: 'file'; readonly directory: string | null } | (S3Location & { readonly kind: 's3' });

/**
 * Opens the store of videos and images. A bucket is not asked for: it may be up later.
 *
 * @param dataDir of this process: files on their way to a bucket are kept in a folder of it
 * @param stack disposes of what the store holds
 * @throws what a folder throws that cannot be made
 */
export async function openMediaStore(
  options: MediaStoreOptions,
  dataDir: string,
  log: FaultLog,
  stack: AsyncDisposableStack,
): Promise<MediaStore> {
  switch (options.kind) {
    case 'file':
      return FileStore.open(options.directory ?? join(dataDir, 'media'), log);
    case 's3':
      return stack.use(await S3Store.open(options, join(dataDir, 'spool'), log));
    default:
      return options satisfies never;
  }
}
