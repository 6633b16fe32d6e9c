/** The database is held by another process, cannot be reached, or cannot be opened at all. The message is one line. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The database answers that it does not let us in, or cannot serve us: another try would end the same. */
export class StoreRefusedError extends StoreUnavailableError {}

/** A provider's id belongs to one task, and it is another. */
export class ProviderTaskTakenError extends Error {
  override readonly name = 'ProviderTaskTakenError';
}
