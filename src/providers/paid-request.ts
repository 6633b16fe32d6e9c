import { NoAnswerError, OwnFaultError } from './http/faults.ts';
import type { Answer } from './http/answer.ts';
import type { Headers, ProviderHttp } from './http/http.ts';
import type { SubmitContext, SubmitOutcome } from './provider.ts';
import { withResponse } from './quoted-response.ts';

/** One paid request, and how its provider proves what became of it. */
export interface PaidRequest {
  /** The provider's name in reasons. */
  readonly label: string;
  readonly url: string;
  /** Sent as JSON. */
  readonly body: unknown;
  /** Beside those of every request. */
  readonly headers?: Headers;
  /** What no log may have: keys, the secret of a callback's address. */
  readonly secrets: readonly string[];
  /** The proof in a whole response. */
  readonly read: (answer: Answer) => SubmitOutcome;
  /** The proof in what came of a response that was cut, or did not come: `unknown`, unless it has the id. */
  readonly readCut: (error: NoAnswerError) => SubmitOutcome;
}

/**
 * Sends a paid request at most once. A fault before its first byte is `notSent`; after it, only the provider's own words
 * prove anything.
 */
export async function submitOnce(
  http: ProviderHttp,
  { label, url, body, headers, secrets, read, readCut }: PaidRequest,
  { signal, mayStart }: SubmitContext,
): Promise<SubmitOutcome> {
  let isStopped = false;
  const start = () => {
    isStopped = !mayStart();
    return !isStopped;
  };
  try {
    const answer = await http.postOnce(url, body, signal, start, headers);
    return withResponse(read(answer), answer.text, secrets);
  } catch (error) {
    const notSent = { kind: 'notSent', retryAfterMs: null } as const;
    if (error instanceof OwnFaultError) {
      return { ...notSent, reason: `This server could not send it: ${error.message}`, cause: 'ours' };
    }
    if (!(error instanceof NoAnswerError)) throw error;
    if (error.mayHaveBeenSent) return withResponse(readCut(error), error.partialText, secrets);
    return isStopped
      ? { ...notSent, reason: 'It was stopped before its first byte', cause: 'task' }
      : { ...notSent, reason: `${label} could not be reached: ${error.message}`, cause: 'unreachable' };
  }
}
