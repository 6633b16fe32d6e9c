import type { Answer } from '../../http/answer.ts';
import { isObject, textOf, type Unknowns } from '../../http/json.ts';
import { codeOf, isAccess, isFiltered, responseError } from '../omni/google-error.ts';

/** The outcome of a request to the language model. `reason` is a clause for users, without secrets. */
export type WrittenPrompt =
  | { readonly kind: 'written'; readonly text: string }
  /** The content policy refuses the pictures or the notes. */
  | { readonly kind: 'filtered' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Longer than any prompt that a video model takes. */
const maxLength = 10_000;

/** Why a candidate ended without being about its content (Gemini API reference, 2026). */
const ordinaryEnds: ReadonlySet<string> = new Set([
  'STOP',
  'MAX_TOKENS',
  'OTHER',
  'FINISH_REASON_UNSPECIFIED',
]);

const unavailable = (reason: string): WrittenPrompt => ({ kind: 'unavailable', reason });

/** The prompt in a response of `generateContent`. Total: any response has an outcome. */
export function readWrittenPrompt({ status, json }: Answer): WrittenPrompt {
  const error = responseError(json);
  if (status < 200 || status >= 300) {
    if (error !== null && isFiltered(error)) return { kind: 'filtered' };
    if (error !== null && isAccess(error)) return unavailable('it does not accept the key of this server');
    if (status === 429) return unavailable('it takes no more requests in this minute');
    return unavailable(`HTTP ${status}${error === null ? '' : ` (${codeOf(error) ?? 'no code'})`}`);
  }
  if (!isObject(json)) return unavailable('its answer could not be read');
  const feedback = isObject(json['promptFeedback']) ? json['promptFeedback'] : {};
  if (textOf(feedback['blockReason']) !== null) return { kind: 'filtered' };
  const [candidate] = listOf(json['candidates']);
  const content = candidate !== undefined && isObject(candidate['content']) ? candidate['content'] : {};
  const text = plain(
    listOf(content['parts'])
      .filter(({ thought }) => thought !== true)
      .map(({ text: part }) => (typeof part === 'string' ? part : ''))
      .join(''),
  );
  if (text !== '') return { kind: 'written', text: text.slice(0, maxLength).toWellFormed() };
  const end = textOf(candidate?.['finishReason']);
  return end === null || ordinaryEnds.has(end) ? unavailable('its answer was empty') : { kind: 'filtered' };
}

/** The text without what some answers have around it: a fence of code, or quotes. */
const plain = (text: string): string =>
  text
    .replaceAll('\0', '')
    .trim()
    .replace(/^```\w*\n([\s\S]*?)\n?```$/, '$1')
    .trim()
    .replace(/^["“]([^"“”]*)["”]$/, '$1')
    .trim();

/** The objects of a list; none for anything else. */
const listOf = (value: unknown): Unknowns[] => (Array.isArray(value) ? value.filter(isObject) : []);
