import { describeFault, NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import type { ProviderHttp } from '../../http/http.ts';
import { parseJson } from '../../http/json.ts';
import { readShortened } from './long-strings.ts';

/** The address of an interaction. */
export const interactionUrl = (baseUrl: string, id: string): string =>
  `${baseUrl}/v1beta/interactions/${encodeURIComponent(id)}`;

/**
 * Fetches an interaction. It repeats the images that were sent, and may have the video: long strings are shortened while
 * they come, and numbered.
 *
 * @throws NoAnswerError, OwnFaultError
 */
export async function fetchInteraction(
  http: ProviderHttp,
  baseUrl: string,
  id: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { status, retryAfterMs, body } = await http.open(interactionUrl(baseUrl, id), {}, signal);
  try {
    const text = await readShortened(body);
    return { status, retryAfterMs, json: text === null ? undefined : parseJson(text), text: text ?? '' };
  } catch (error) {
    throw new NoAnswerError(describeFault(error), true, error);
  } finally {
    body.destroy();
  }
}
