/** Codes of the errors that a caller can fix. */
export const userErrorCodes = [
  'BAD_INPUT',
  'UNSUPPORTED',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_FAILED',
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'NOT_CANCELABLE',
  'NOT_TERMINAL',
  'NOT_RESOLVABLE',
  'RATE_LIMITED',
  'BUDGET_EXCEEDED',
] as const;
/** The kind of an error that a caller can fix. */
export type UserErrorCode = (typeof userErrorCodes)[number];

/** An error that the caller can fix. `field` starts at the argument; list indexes are strings. */
export interface UserError {
  readonly code: UserErrorCode;
  /** The mistake, and what to do instead. */
  readonly message: string;
  readonly field: readonly string[] | null;
}

/** The error of a value that a model does not have, with those that it has; none: the input is to be omitted. */
export function unsupported(
  field: string,
  what: string,
  allowed: readonly (string | number | boolean)[],
): UserError {
  const instead = allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : ' Omit it.';
  return { code: 'UNSUPPORTED', message: `${what}.${instead}`, field: ['input', field] };
}
