import type { NoAnswerError } from './http/faults.ts';
import type { CheckOutcome } from './provider.ts';

/** The outcome of a check whose request had no whole response. */
export const noAnswer = ({
  message,
  isUnreachable,
}: NoAnswerError): Extract<CheckOutcome, { kind: 'unavailable' }> => ({
  kind: 'unavailable',
  reason: message,
  retryAfterMs: null,
  isUnreachable,
});
