import { DeadlineSignal } from '../../../time/deadline.ts';
import { NoAnswerError } from '../../http/faults.ts';
import type { ProviderHttp } from '../../http/http.ts';
import type { KeyVerdict } from '../../provider.ts';
import { responseError } from './google-error.ts';

/** For the request, in milliseconds. */
const timeoutMs = 5000;

/**
 * Lists one model of the Gemini API (`models.list`), which is free and requires the key. A wrong key is 400 with the reason
 * `API_KEY_INVALID` (Google's API reference and reports, 2026). A 403 proves nothing: a key may be restricted to other
 * requests than this one.
 */
export async function testGeminiKey(
  http: Pick<ProviderHttp, 'get'>,
  baseUrl: string,
  signal: AbortSignal,
): Promise<KeyVerdict> {
  using deadline = new DeadlineSignal(timeoutMs);
  try {
    const url = `${baseUrl}/v1beta/models?pageSize=1`;
    const { status, json } = await http.get(url, AbortSignal.any([deadline.signal, signal]));
    if (status === 200) return { kind: 'accepted' };
    if (status === 401 || responseError(json)?.reasons.includes('API_KEY_INVALID') === true) {
      return { kind: 'refused' };
    }
    const isFault = status === 408 || status === 429 || status >= 500;
    return isFault ? { kind: 'unanswered', reason: `HTTP ${status}` } : { kind: 'unclear' };
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    return { kind: 'unanswered', reason: error.message };
  }
}
