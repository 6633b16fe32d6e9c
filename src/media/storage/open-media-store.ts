import { join } from 'node:path';
import { requireFolder } from '../../settings/make-folder.ts';
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
 * @param storage the data folder, for files on their way to a bucket too; whether other instances use the folder of media
 * @param stack disposes of what the store holds
 * @throws ConfigError for a folder that cannot be used
 */
export async function openMediaStore(
  options: MediaStoreOptions,
  { dataDir, isMediaShared }: { readonly dataDir: string; readonly isMediaShared: boolean },
  log: FaultLog,
  stack: AsyncDisposableStack,
): Promise<MediaStore> {
  switch (options.kind) {
    case 'file': {
      const directory = options.directory ?? join(dataDir, 'media');
      requireFolder(options.directory === null ? 'DATA_DIR' : 'MEDIA_STORE', directory);
      return FileStore.open(directory, log, isMediaShared);
    }
    case 's3': {
      const directory = join(dataDir, 'spool');
      requireFolder('DATA_DIR', directory);
      return stack.use(await S3Store.open(options, directory, log));
    }
    default:
      return options satisfies never;
  }
}
