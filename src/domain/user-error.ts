/** Codes of what a caller can mend himself. */
export const userErrorCodes = [
  'BAD_INPUT',
  'UNSUPPORTED',
  'PROVIDER_NOT_CONFIGURED',
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'NOT_CANCELABLE',
  'NOT_TERMINAL',
  'NOT_RESOLVABLE',
  'RATE_LIMITED',
  'BUDGET_EXCEEDED',
] as const;
/** What kind of mistake a caller can mend. */
export type UserErrorCode = (typeof userErrorCodes)[number];

/** One thing for the caller to mend. `field` starts at the argument, list indexes as text. */
export interface UserError {
  readonly code: UserErrorCode;
  /** What is wrong and what to do instead. */
  readonly message: string;
  readonly field: readonly string[] | null;
}
