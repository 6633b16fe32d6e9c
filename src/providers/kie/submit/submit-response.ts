import type { JsonObject, TaskErrorCode } from '../../../domain/video-task.ts';
import type { SubmitOutcome } from '../../provider.ts';
import { shorten, taskError } from '../../task-error.ts';
import type { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, numberOf, parseJson, textOf } from '../../http/json.ts';
import { readCreateCode } from '../status-codes.ts';
import { mayNameTask, possibleTaskIds, taskIdOf } from './task-ids.ts';

/**
 * Reads the proof that a response to a paid create gives. A task id is an acceptance, whatever else is said; what proves
 * nothing stays unknown.
 */
export function readSubmitAnswer(label: string, answer: Answer): SubmitOutcome {
  const { status, json, text, retryAfterMs } = answer;
  const unknownSince = (reason: string) => unknown(reason, possibleTaskIds(text));
  if (isObject(json)) {
    const providerTaskId = taskIdOf(json);
    if (providerTaskId !== null) return { kind: 'accepted', providerTaskId, memo: null };
    // An id in a form that we do not know: the task may be there, whatever the code says.
    if (mayNameTask(json)) return unknownSince(`HTTP ${status} with something that may be a task id`);
  }
  if (status === 403 && /error code: 1010/i.test(text)) {
    return refused(label, 'PROVIDER_UNAUTHORIZED', '1010', 'its firewall does not let this server through');
  }
  if (!isObject(json)) return unknownSince(`HTTP ${status} without a JSON object`);
  const code = numberOf(json['code']);
  if (code === null) return unknownSince(`HTTP ${status} without a code`);
  // Kie answers in HTTP 200, or in the status that the code names; anything between us and Kie proves nothing.
  if (status >= 500 || (status !== 200 && status !== code))
    return unknownSince(`HTTP ${status} with code ${code}`);
  const message = textOf(json['msg']) ?? textOf(json['message']);
  const proof = readCreateCode(code, message);
  switch (proof.kind) {
    case 'rejected': {
      const reason = `${label} responded with ${code}${message === null ? '' : `: ${shorten(message)}`}`;
      return { kind: 'notSent', reason, retryAfterMs, cause: 'notNow' };
    }
    case 'refused':
      return refused(label, proof.error, String(code), message);
    case 'unknown':
      return unknownSince(`HTTP ${status} with code ${code}`);
    default:
      return proof satisfies never;
  }
}

/** Reads the part that arrived of a response that was cut: it proves an acceptance if the id is there, and else nothing. */
export function readCutAnswer({ message, partialText }: NoAnswerError, memo: JsonObject): SubmitOutcome {
  const json = parseJson(partialText);
  const providerTaskId = isObject(json) ? taskIdOf(json) : null;
  return providerTaskId === null
    ? unknown(message, possibleTaskIds(partialText))
    : { kind: 'accepted', providerTaskId, memo };
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

const unknown = (reason: string, possibleIds: readonly string[] = []): SubmitOutcome => ({
  kind: 'unknown',
  reason,
  possibleIds,
});
