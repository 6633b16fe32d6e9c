import type { TaskErrorCode } from '../../store/video-task.ts';
import type { SubmitOutcome } from '../provider.ts';
import { codeByText, taskError } from './errors.ts';
import type { Answer } from './http.ts';
import { isObject, numberOf, textOf } from './json.ts';

/** Body codes that prove refusal when no task id comes with them (Kie docs, 2026-06). */
const refusals: Readonly<Record<number, TaskErrorCode>> = {
  401: 'PROVIDER_UNAUTHORIZED',
  402: 'INSUFFICIENT_CREDITS',
  404: 'PROVIDER_REJECTED',
  422: 'PROVIDER_REJECTED',
  433: 'INSUFFICIENT_CREDITS',
  451: 'IMAGE_UNREACHABLE',
  505: 'PROVIDER_REJECTED',
};

/** "Rejected, not queued": 429 over the rate (Kie docs, getting started), 455 maintenance. */
const notNow: ReadonlySet<number> = new Set([429, 455]);

/**
 * What an answer to a paid create proves. A task id is an acceptance, whatever else is said; what proves
 * nothing stays unknown.
 */
export function readSubmitAnswer(label: string, answer: Answer): SubmitOutcome {
  const { status, json, text, retryAfterMs } = answer;
  if (isObject(json)) {
    const providerTaskId = taskIdOf(json);
    if (providerTaskId !== null) return { kind: 'accepted', providerTaskId, memo: null };
  }
  if (status === 403 && /error code: 1010/i.test(text)) {
    return refused(label, 'PROVIDER_UNAUTHORIZED', '1010', 'its firewall does not let this server through');
  }
  // A fault of a server proves nothing, whatever its body says.
  if (status >= 500) return unknown(`HTTP ${status}`);
  if (!isObject(json)) return unknown(`HTTP ${status} without JSON`);
  const code = numberOf(json['code']);
  if (code === null) return unknown(`HTTP ${status} without a code`);
  const message = textOf(json['msg']) ?? textOf(json['message']);
  if (notNow.has(code)) {
    const reason = `${label} answered ${code}: ${message ?? 'not now'}`;
    return { kind: 'notSent', reason, retryAfterMs, cause: 'notNow' };
  }
  const refusal = refusals[code] ?? (code === 400 && message !== null ? codeByText(message) : null);
  return refusal === null
    ? unknown(`HTTP ${status} with code ${code}`)
    : refused(label, refusal, String(code), message);
}

/** The id of a new task, wherever an answer carries it. */
function taskIdOf(json: { readonly [key: string]: unknown }): string | null {
  for (const place of [json['data'], json]) {
    if (!isObject(place)) continue;
    const id = textOf(place['taskId']) ?? textOf(place['task_id']) ?? textOf(place['recordId']);
    // A client in the field accepts just these (public source, 2026-10).
    if (id !== null && /^[\w-]{1,160}$/.test(id)) return id;
  }
  return null;
}

const refused = (
  label: string,
  code: TaskErrorCode,
  providerCode: string,
  text: string | null,
): SubmitOutcome => ({
  kind: 'refused',
  error: taskError(label, code, providerCode, text, 'NO'),
});

const unknown = (reason: string): SubmitOutcome => ({ kind: 'unknown', reason });
