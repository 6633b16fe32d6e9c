import type { TaskErrorCode } from '../../../domain/video-task.ts';
import type { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, parseJson, textOf } from '../../http/json.ts';
import type { SubmitOutcome } from '../../provider.ts';
import { taskError } from '../../task-error.ts';
import { googleErrorOf } from '../error-body.ts';
import { quotaWindowMs } from '../quota-window.ts';
import { grpcError, retiredError, saysRetired } from './errors.ts';

const anyOperation = /projects\/[^\s"'\\]{1,400}?\/operations\/[\w.-]{1,100}/;
const operationName = new RegExp(`^${anyOperation.source}$`);

/** Statuses that prove refusal where Google wrote the body itself (its API design guide, "Errors"). */
const refusals: Readonly<Record<number, TaskErrorCode>> = {
  400: 'PROVIDER_REJECTED',
  401: 'PROVIDER_UNAUTHORIZED',
  403: 'PROVIDER_UNAUTHORIZED',
  404: 'PROVIDER_REJECTED',
  413: 'PROVIDER_REJECTED',
};
/** INVALID_ARGUMENT: what an HTTP 400 is in gRPC. */
const invalidArgument = 3;

/**
 * The outcome that a response to a paid create proves. A name of an operation is an acceptance. An error in Google's own
 * envelope whose code is the HTTP status proves refusal for some statuses; 429 is "rejected, not queued" (docs/decisions).
 * Everything else may have been billed.
 */
export function readSubmitResponse(label: string, model: string, answer: Answer): SubmitOutcome {
  const { status, json, text, retryAfterMs } = answer;
  const name = isObject(json) ? textOf(json['name']) : null;
  if (name !== null && operationName.test(name)) {
    return { kind: 'accepted', providerTaskId: name, memo: null };
  }
  const unknown = (reason: string): SubmitOutcome => unknownOutcome(reason, text);
  if (anyOperation.test(text)) return unknown(`HTTP ${status} with something that may be an operation`);
  const error = googleErrorOf(json);
  if (error === null) return unknown(`HTTP ${status} without an operation`);
  const { code, message } = error;
  if (code !== status) return unknown(`HTTP ${status} with code ${code}`);
  if (status === 429) {
    const reason = `${label} answered 429: ${message ?? 'too many requests'}`;
    return { kind: 'notSent', reason, retryAfterMs: retryAfterMs ?? quotaWindowMs, cause: 'notNow' };
  }
  const refusal = refusals[status];
  if (refusal === undefined) return unknown(`HTTP ${status}`);
  const refused = (taskErrorOf: ReturnType<typeof taskError>): SubmitOutcome => ({
    kind: 'refused',
    error: taskErrorOf,
  });
  const providerCode = error.status ?? String(status);
  if (status === 404 && saysRetired(message))
    return refused(retiredError(label, model, providerCode, message));
  if (status === 400) {
    return refused({ ...grpcError(label, model, { code: invalidArgument, message }), providerCode });
  }
  return refused(taskError(label, refusal, providerCode, message, 'NO'));
}

/** What is left of a response that was cut proves an acceptance if it has the whole name, and otherwise nothing. */
export function readCutResponse({ message, partialText }: NoAnswerError): SubmitOutcome {
  const json = parseJson(partialText);
  const name = isObject(json) ? textOf(json['name']) : /"name"\s*:\s*"([^"\\]+)"/.exec(partialText)?.[1];
  return name !== null && name !== undefined && operationName.test(name)
    ? { kind: 'accepted', providerTaskId: name, memo: null }
    : unknownOutcome(message, partialText);
}

function unknownOutcome(reason: string, text: string): SubmitOutcome {
  const possibleIds = [...new Set(text.match(new RegExp(anyOperation, 'g')) ?? [])].slice(0, 5);
  return { kind: 'unknown', reason, possibleIds };
}
