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
    // An id in a form that we do not know: the task may be there, whatever the code says.
    if (mayNameTask(json, 0)) return unknown(`HTTP ${status} with something that may be a task id`);
  }
  if (status === 403 && /error code: 1010/i.test(text)) {
    return refused(label, 'PROVIDER_UNAUTHORIZED', '1010', 'its firewall does not let this server through');
  }
  if (!isObject(json)) return unknown(`HTTP ${status} without JSON`);
  const code = numberOf(json['code']);
  if (code === null) return unknown(`HTTP ${status} without a code`);
  // Kie answers in HTTP 200, or in the status that the code names; anything between us and Kie proves nothing.
  if (status >= 500 || (status !== 200 && status !== code))
    return unknown(`HTTP ${status} with code ${code}`);
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

/** Names that ids of tasks go by, here or at those of its kin. */
const idNames = /^(?:(?:task|record|job)_?)?ids?$/i;
/** Deeper answers were never seen; what is deeper is not looked at, and may be anything. */
const maxDepth = 8;

/** Whether an answer holds, anywhere, what a task may be found by: a named id, or bare values for its data. */
function mayNameTask(value: unknown, depth: number): boolean {
  if (depth > maxDepth) return true;
  if (Array.isArray(value))
    return value.some((item: unknown) => isBare(item) || mayNameTask(item, depth + 1));
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      ((key === 'data' || idNames.test(key)) && isBare(inner)) || mayNameTask(inner, depth + 1),
  );
}

const isBare = (value: unknown): boolean => typeof value === 'number' || textOf(value) !== null;

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
