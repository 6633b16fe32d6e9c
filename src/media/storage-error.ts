/** The message for users about a fault of the disk: without its cause, without a path. */
export const cannotStoreMessage = 'this server cannot store it now';

/** The same as the answer to a request that brought a file. */
export const cannotKeepMessage = `The file cannot be kept: ${cannotStoreMessage}. Try again later; the operator finds the reason in the log.`;

/**
 * The media store cannot be written or read: full, read-only, gone. A fault of ours, never of the
 * caller or the provider. The cause has the details and is for the log alone.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(cause: unknown) {
    super('The media store cannot be used', { cause });
  }
}
