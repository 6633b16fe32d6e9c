import type { SubmitOutcome } from './provider.ts';

/** How much of a response that proves nothing is logged, in characters. */
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
