import { modelNamed, type VideoModel } from '../../../domain/video-model.ts';
import type { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, parseJson, textOf } from '../../http/json.ts';
import type { SubmitOutcome } from '../../provider.ts';
import { taskError, withSuccessor } from '../../task-error.ts';
import { quotaWindowMs } from '../quota-window.ts';
import { codeOf, isTooFast, responseError, taskErrorCodeOf } from './google-error.ts';

/** Statuses in which an error of Google's own form proves that nothing was made: it was not valid, paid or allowed. */
const refusals: ReadonlySet<number> = new Set([400, 401, 402, 403, 404, 413, 415, 416, 422]);

/** The parts of an attempt that its response is read with. */
export interface SubmitReading {
  readonly label: string;
  /** The model of the request, and all that are offered. */
  readonly model: string;
  readonly models: readonly VideoModel[];
}

/**
 * The proof in a response to `POST /v1beta/interactions`. An id is an acceptance, whatever else is said. Only an error in
 * Google's own form proves a refusal; a page of something in between, a 5xx and silence prove nothing.
 */
export function readSubmitAnswer(reading: SubmitReading, answer: Answer): SubmitOutcome {
  const { status, json, retryAfterMs } = answer;
  const id = interactionId(json);
  if (id !== null) return { kind: 'accepted', providerTaskId: id, memo: null };
  const error = responseError(json);
  const name = error === null ? null : codeOf(error);
  const unknown: SubmitOutcome = {
    kind: 'unknown',
    reason: `HTTP ${status}${name === null ? '' : ` (${name})`} without an id`,
    possibleIds: [],
  };
  if (error === null) return unknown;
  if (status === 429 && isTooFast(error)) {
    const reason = `${reading.label} takes no more tasks in this minute`;
    return { kind: 'notSent', reason, retryAfterMs: retryAfterMs ?? quotaWindowMs, cause: 'notNow' };
  }
  if (status !== 429 && !refusals.has(status)) return unknown;
  const code = status === 429 ? 'INSUFFICIENT_CREDITS' : taskErrorCodeOf(error, codeByStatus(status));
  const refused = taskError(reading.label, code, name, error.message, 'NO');
  return { kind: 'refused', error: withSuccessor(refused, successorOf(reading)) };
}

/** Reads the part that arrived of a response that was cut: it proves an acceptance if the id is there, and else nothing. */
export function readCutAnswer({ message, partialText }: NoAnswerError): SubmitOutcome {
  const id =
    interactionId(parseJson(partialText)) ??
    // The id is the first field, and whole where its quote has closed.
    /^\s*\{\s*"id"\s*:\s*"([\w-]{1,400})"/.exec(partialText)?.[1] ??
    null;
  return id === null
    ? { kind: 'unknown', reason: message, possibleIds: [] }
    : { kind: 'accepted', providerTaskId: id, memo: null };
}

/** The id of an interaction; null for anything that is none. */
function interactionId(json: unknown): string | null {
  if (!isObject(json)) return null;
  const id = (textOf(json['id']) ?? textOf(json['name']))?.replace(/^interactions\//, '');
  return id !== undefined && /^[\w.-]{1,400}$/.test(id) ? id : null;
}

const codeByStatus = (status: number) =>
  status === 401 || status === 403
    ? 'PROVIDER_UNAUTHORIZED'
    : status === 402
      ? 'INSUFFICIENT_CREDITS'
      : 'PROVIDER_REJECTED';

const successorOf = ({ model, models }: SubmitReading): string | null =>
  modelNamed(models, model)?.successor ?? models.find(({ id }) => id !== model)?.id ?? null;
