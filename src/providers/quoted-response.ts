import type { SubmitOutcome } from './provider.ts';

/** The longest part of a response that proves nothing in the log, in characters. */
const quotedLength = 2000;

/** An outcome that proves nothing, with the beginning of its response: without our key and the callback's secret. */
export function withResponse(
  outcome: SubmitOutcome,
  text: string,
  secrets: readonly string[],
): SubmitOutcome {
  if (outcome.kind !== 'unknown' || text === '') return outcome;
  const response = secrets
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '…'), text)
    .slice(0, quotedLength);
  return { ...outcome, response };
}
