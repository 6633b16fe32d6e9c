import type { Resolution } from '../../../domain/video-task.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, numberOf, textOf } from '../../http/json.ts';
import { isFault } from '../status-codes.ts';
import { idsIn } from './check-response.ts';
import { listedUrl } from './video-url.ts';

/** A version of a finished video that the `veo` contract makes on a call of its own. */
export type Upgrade = '1080p' | '4k';

/** The content of a response to such a call. */
export type UpgradeStatus =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'processing'; readonly providerStatus: string }
  | { readonly kind: 'failed'; readonly providerCode: string | null; readonly text: string | null }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The version that is still missing when a record of this resolution has succeeded; a record that names none is of 720p. */
export function missingUpgrade(wanted: Resolution | null, reported: string | null): Upgrade | null {
  const upgrade = wanted === 'P1080' ? '1080p' : wanted === 'P2160' ? '4k' : null;
  return upgrade === null || reported?.toLowerCase() === upgrade ? null : upgrade;
}

/**
 * Reads a response of `get-1080p-video` or `get-4k-video`. Total. Code 422 is both "still processing" and "made
 * before" at 4k, code 400 is "still processing" at 1080p (Kie docs, 2026-06): texts and links decide.
 */
export function readUpgrade(upgrade: Upgrade, answer: Answer, providerTaskId: string): UpgradeStatus {
  const { status, json } = answer;
  if (isFault(status) || status >= 500) return { kind: 'unavailable', reason: `HTTP ${status}` };
  if (!isObject(json)) return { kind: 'unknown', reason: `HTTP ${status} without a JSON object` };
  const data = isObject(json['data']) ? json['data'] : {};
  if (idsIn(json, data).some((id) => id !== providerTaskId))
    return { kind: 'unknown', reason: 'the response is about another task' };
  const code = numberOf(json['code']);
  const text = textOf(json['msg']) ?? '';
  const isKies = status === 200;
  const url = isKies && (code === 200 || code === 422) ? (listedUrl(data) ?? listedUrl(data['info'])) : null;
  if (url !== null) return { kind: 'ready', url };
  if ((isKies && code === 200) || /processing|check back|not ready/i.test(text)) {
    return { kind: 'processing', providerStatus: `${upgrade} is processing` };
  }
  if (isKies && /version of this video is unavailable/i.test(text)) {
    return { kind: 'failed', providerCode: code === null ? null : String(code), text };
  }
  if (code !== null && isFault(code)) return { kind: 'unavailable', reason: `code ${code}` };
  return {
    kind: 'unknown',
    reason: `the ${upgrade} version: ${text === '' ? `code ${code}` : text.slice(0, 100)}`,
  };
}
