/** A request that ended without a complete response. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  /** True if a byte of it may have been written. */
  readonly mayHaveBeenSent: boolean;
  /** The part of the response that arrived before the connection ended. */
  readonly partialText: string;

  constructor(reason: string, mayHaveBeenSent: boolean, cause: unknown, partialText = '') {
    super(reason, { cause });
    this.mayHaveBeenSent = mayHaveBeenSent;
    this.partialText = partialText;
  }

  /** True if no connection could be made: it says nothing about the content of the request. */
  get isUnreachable(): boolean {
    return noConnection.has(describeFault(this.cause));
  }
}

/** Codes of the system and of undici where the other side was not reached. */
const noConnection: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A request that never began because of this machine: its files, its memory, its limits. Not the provider's fault. */
export class OwnFaultError extends Error {
  override readonly name = 'OwnFaultError';
}

/** System errors of this machine, whatever the address of the request. */
const ownFaults: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EIO',
  'EISDIR',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'EPERM',
  'EROFS',
]);

/** The error for a request that got no whole answer. */
export function faultOf(error: unknown, mayBeRepeated: boolean, mayHaveBeenSent: boolean): Error {
  const reason = describeFault(error);
  return isOwnFault(error) && (mayBeRepeated || !mayHaveBeenSent)
    ? new OwnFaultError(reason, { cause: error })
    : new NoAnswerError(reason, mayHaveBeenSent, error);
}

const isOwnFault = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && ownFaults.has(error.code)) || error.name === 'NotReadableError');

/** The cause for users: undici's codes can be looked up by an operator; its messages may contain addresses. */
export const describeFault = (error: unknown): string =>
  !(error instanceof Error)
    ? String(error)
    : 'code' in error && typeof error.code === 'string'
      ? error.code
      : error.name;
