import type { TaskErrorCode } from '../../../domain/video-task.ts';
import type { Contract } from '../submit/create-body.ts';
import { errorCodeByText } from '../failure-texts.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, numberOf, textOf, unwrapJson, type Unknowns } from '../../http/json.ts';
import { generationFailed, isAccessFault, isFailure, isFault } from '../status-codes.ts';
import { firstFrameOf, videoUrlOf } from './video-url.ts';

/** The content of a response to a status request, on any contract. */
export type KieRecord =
  | (RecordFacts & { readonly kind: 'processing'; readonly percent: number | null })
  | (RecordFacts & {
      readonly kind: 'completed';
      readonly url: string;
      readonly resolution: string | null;
      /** The first frame of the video; absent where the record has none. */
      readonly posterUrl?: string;
    })
  | (RecordFacts & {
      readonly kind: 'failed';
      readonly code: TaskErrorCode;
      readonly providerCode: string | null;
      readonly text: string | null;
    })
  /** This contract does not know the id. */
  | { readonly kind: 'notFound'; readonly reason: string }
  /** A fault of the provider, or of our access to it. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Facts of a record in any state. */
export interface RecordFacts {
  readonly providerStatus: string;
  readonly credits: number | null;
  readonly echoedPrompt: string | null;
  /** `completeTime`, in milliseconds since 1970 (live, 2026-08; a string in the docs). */
  readonly finishedAt?: number;
}

/** A time below this is not in milliseconds: 2001-09-09. */
const earliestMs = 1e12;

type State = 'processing' | 'success' | 'failure';

/** Status strings of the `jobs` contract (Kie docs, 2026-10), then those of the seed and of similar APIs. */
const stateByStatus: ReadonlyMap<string, State> = new Map([
  ['waiting', 'processing'],
  ['queuing', 'processing'],
  ['generating', 'processing'],
  ['success', 'success'],
  ['fail', 'failure'],
  ['processing', 'processing'],
  ['pending', 'processing'],
  ['queued', 'processing'],
  ['submitted', 'processing'],
  ['running', 'processing'],
  ['in_progress', 'processing'],
  ['completed', 'success'],
  ['succeeded', 'success'],
  ['failed', 'failure'],
  ['error', 'failure'],
]);

/** `successFlag` of the `veo` contract; 3 is in its prose only, and was seen live on a sibling (2026-08). */
const flags: readonly State[] = ['processing', 'success', 'failure', 'failure'];

/** Kie's messages beside a failure code about a task that is not finished (Kie docs, 2026-06). */
const inProgress =
  /\bis (?:still |being )*process(?:ing|ed)\b|check back|\bis (?:still )?(?:being )?generat(?:ing|ed)\b/i;

/** Texts of 422 that mean "no such record" (recordings and docs, 2026). */
const noRecord = /not found|does not exist|not exist|is null|within 14 days|record expired/i;

/** Messages of 501 where it is about a video, not about a route (Kie docs, 2026-06). */
const generationText = /generat\w* .*fail|fail\w* .*generat/i;

/**
 * Reads a response of any shape. Total: every input has a result, and only statements about this task count.
 *
 * @param contract whose route was asked: responses of the seed's route name no task
 */
export function readRecord(answer: Answer, providerTaskId: string, contract: Contract): KieRecord {
  const { status, json } = answer;
  if (status === 404) return { kind: 'notFound', reason: 'HTTP 404' };
  if (isFault(status) || status >= 500) return { kind: 'unavailable', reason: `HTTP ${status}` };
  if (!isObject(json)) return { kind: 'unknown', reason: `HTTP ${status} without a JSON object` };
  const data = json['data'];
  const code = numberOf(json['code']);
  const message = textOf(json['msg']) ?? '';
  if (code === 404 || (code === 422 && noRecord.test(message))) {
    if (!isObject(data)) return { kind: 'notFound', reason: message };
  }
  // Kie's answers come with HTTP 200 (recordings, 2026), or in the status that a code of failure names (docs): a response of
  // anything between this server and Kie says nothing about a task.
  if (status !== 200 && !(status === code && isFailure(code))) {
    return { kind: 'unknown', reason: `HTTP ${status}` };
  }
  if (code === null && json['code'] !== undefined && json['code'] !== null) {
    return { kind: 'unknown', reason: 'a code that is not a number' };
  }
  if (code !== null && code !== 200 && !isObject(data)) {
    if (isFault(code)) return { kind: 'unavailable', reason: `code ${code}` };
    if (isFailure(code) && inProgress.test(message)) return processing;
    return code === generationFailed && generationText.test(message)
      ? judge(json, {}, 'failure')
      : { kind: 'unknown', reason: `code ${code} without a record` };
  }
  // On a sibling, an unknown id was answered with success and null (recording, 2026).
  if (code === 200 && 'data' in json && data === null) return { kind: 'notFound', reason: 'null data' };
  const record = isObject(data) ? data : json;
  const ids = idsIn(json, record);
  if (ids.some((id) => id !== providerTaskId)) {
    return { kind: 'unknown', reason: 'the response is about another task' };
  }
  if (code !== null && code !== 200) {
    if (isAccessFault(code)) return { kind: 'unavailable', reason: `code ${code} with a record` };
    const { state } = stateOf(json, record);
    const isKnown = isFailure(code) && (code === generationFailed || ids.length > 0);
    // A code of failure ends a task only with a failed record that names it; success beside it is a contradiction.
    const isFailed = isKnown && (state === 'failure' || (code === generationFailed && state === null));
    const isOpen = isKnown && state === 'processing' && inProgress.test(message);
    if (!isFailed && !isOpen) return { kind: 'unknown', reason: `code ${code} with a record` };
  }
  const result = judge(json, record, code === generationFailed ? 'failure' : null);
  if (result.kind !== 'failed' || ids.length > 0) return result;
  // An error that names no task and says that there is none is about the record, not about the video.
  if (noRecord.test(result.text ?? '')) return { kind: 'notFound', reason: result.text ?? '' };
  return contract === 'task' && isSeedFailure(json)
    ? result
    : { kind: 'unknown', reason: 'a failure that names no task' };
}

/** Every id that a response gives its task, as text; a value of another type counts as another id. */
export function idsIn(json: Unknowns, record: Unknowns): string[] {
  const response = unwrapJson(record['response']);
  return [record, json, isObject(response) ? response : {}]
    .flatMap((place) => [place['taskId'], place['task_id']])
    .filter((id) => id !== undefined && id !== null && id !== '')
    .map((id) => (typeof id === 'string' ? id.trim() : JSON.stringify(id)));
}

/**
 * The seed's `{"status":"failed"}`, with or without `error`: no envelope, and none of the fields that gateways add to
 * such a status.
 */
const isSeedFailure = (json: Unknowns): boolean =>
  Object.keys(json).every((key) => ['status', 'error', 'result', 'video_url', 'url'].includes(key));

const processing: KieRecord = {
  kind: 'processing',
  percent: null,
  providerStatus: 'processing',
  credits: null,
  echoedPrompt: null,
};

function judge(json: Unknowns, record: Unknowns, forced: State | null): KieRecord {
  const reported = stateOf(json, record);
  const finishedAt = numberOf(record['completeTime']);
  const facts: RecordFacts = {
    providerStatus: reported.status ?? 'unknown',
    credits: numberOf(record['creditsConsumed']),
    echoedPrompt: echoedPrompt(record),
    ...(finishedAt !== null && finishedAt > earliestMs && { finishedAt }),
  };
  if (forced !== null && reported.status !== null && reported.state !== forced) {
    return { kind: 'unknown', reason: `the status "${reported.status}" contradicts the code` };
  }
  const state = forced ?? reported.state;
  switch (state) {
    case 'processing':
      return { kind: 'processing', percent: numberOf(record['progress']), ...facts };
    case 'failure': {
      const failure = failureOf(record, json);
      return inProgress.test(failure.text ?? '')
        ? { kind: 'unknown', reason: 'a failure whose message says that it is in progress' }
        : { kind: 'failed', ...failure, ...facts };
    }
    case 'success':
    case null: {
      if (state === null && reported.status !== null)
        return { kind: 'unknown', reason: `state "${reported.status}"` };
      const url = videoUrlOf(json, record, state === 'success');
      if (url === null) {
        return { kind: 'unknown', reason: state === null ? 'no state' : 'success without a video link' };
      }
      const response = record['response'];
      const resolution = isObject(response) ? textOf(response['resolution']) : null;
      const posterUrl = firstFrameOf(record);
      const providerStatus = reported.status ?? 'success';
      const poster = posterUrl === null ? {} : { posterUrl };
      return { kind: 'completed', url, resolution, ...poster, ...facts, providerStatus };
    }
    default:
      return state satisfies never;
  }
}

/** The provider's status string, and its meaning where it is known; contradictory fields of a record have none. */
function stateOf(json: Unknowns, record: Unknowns): { status: string | null; state: State | null } {
  const reported = firstStateOf(json, record);
  const states = [
    flags[numberOf(record['successFlag']) ?? -1],
    ...[record['state'], record['status']].map(meaningOf),
  ];
  return states.every((state) => state === undefined || state === reported.state)
    ? reported
    : { ...reported, state: null };
}

const meaningOf = (value: unknown): State | undefined =>
  stateByStatus.get(textOf(value)?.toLowerCase() ?? '');

function firstStateOf(json: Unknowns, record: Unknowns): { status: string | null; state: State | null } {
  // Records of the market have both (live, 2026-10): the string says more.
  if ('successFlag' in record && textOf(record['state']) === null) {
    const flag = numberOf(record['successFlag']);
    return {
      status: `successFlag ${String(flag ?? 'unreadable')}`,
      state: flag === null ? null : (flags[flag] ?? null),
    };
  }
  for (const value of [record['state'], record['status'], json['state'], json['status']]) {
    const status = textOf(value);
    if (status !== null) {
      return { status: status.slice(0, 100), state: stateByStatus.get(status.toLowerCase()) ?? null };
    }
    // A status that is not a string differs from a missing one; the status 200 of an envelope is not a status.
    if (value !== undefined && value !== 200) return { status: 'unreadable', state: null };
  }
  return { status: null, state: null };
}

function failureOf(record: Unknowns, json: Unknowns) {
  const error = isObject(record['error']) ? record['error'] : {};
  const providerCode = [record['failCode'], record['errorCode'], error['code'], json['code']]
    .map((value) => (typeof value === 'number' ? String(value) : textOf(value)))
    .find((value) => value !== null && value !== '200');
  const text = [
    record['failMsg'],
    record['errorMessage'],
    record['error'],
    error['message'],
    record['message'],
    json['msg'],
  ]
    .map(textOf)
    .find((value) => value !== null && value !== 'success');
  const code = text ? errorCodeByText(text) : null;
  return {
    code: code ?? (providerCode === '451' ? ('IMAGE_UNREACHABLE' as const) : ('PROVIDER_FAILED' as const)),
    providerCode: providerCode ?? null,
    text: text ?? null,
  };
}

/** The prompt as the record echoes it: the echo is a JSON string, and its input may be another (recordings, 2026-04). */
function echoedPrompt(record: Unknowns): string | null {
  const echo = unwrapJson(record['param'] ?? record['paramJson'] ?? record['promptJson']);
  if (!isObject(echo)) return null;
  const input = unwrapJson(echo['input']);
  return (isObject(input) ? textOf(input['prompt']) : null) ?? textOf(echo['prompt']);
}
