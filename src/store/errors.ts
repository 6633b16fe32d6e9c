/** The database is held by another process, cannot be reached, or cannot be opened at all. The message is one line. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
}

/** The database answers that it does not let us in, or cannot serve us: another try would end the same. */
export class StoreRefusedError extends StoreUnavailableError {}

/**
 * The connection was lost during a commit, and it could not be found out whether it was made: what was to be written is
 * there, or nothing of it.
 */
export class UnknownOutcomeError extends StoreUnavailableError {
  override readonly name: string = 'UnknownOutcomeError';
  /** True if the transaction has ended: what is not there by now will not come. */
  readonly hasEnded: boolean;

  constructor(
    { hasEnded, cause }: { readonly hasEnded: boolean; readonly cause: unknown },
    message = 'The database was lost during a commit, and it is not known whether it was made',
  ) {
    super(message, { cause });
    this.hasEnded = hasEnded;
  }
}

/**
 * The disk did not confirm a commit. It was made, and can be read, but may be lost with the machine; the next sync that
 * succeeds keeps it after all.
 */
export class UnsyncedError extends UnknownOutcomeError {
  override readonly name = 'UnsyncedError';

  constructor({ cause }: { readonly cause: unknown }) {
    super({ hasEnded: true, cause }, 'The disk did not confirm a commit: it may be lost with the machine');
  }
}

/** A provider's id belongs to one task, and it is another. */
export class ProviderTaskTakenError extends Error {
  override readonly name = 'ProviderTaskTakenError';
}
