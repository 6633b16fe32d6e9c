import type { Billed, TaskErrorCode } from '../../../domain/video-task.ts';
import type { Answer } from '../../http/answer.ts';
import { isObject, numberOf, textOf, type Unknowns } from '../../http/json.ts';
import { numberOfLongString } from './long-strings.ts';
import { withoutBinding } from './create-body.ts';
import {
  codeOf,
  isAccess,
  isRetired,
  readError,
  responseError,
  taskErrorCodeOf,
  type GoogleError,
} from './google-error.ts';

/** Where a finished video is. */
export type OmniVideo =
  | { readonly kind: 'uri'; readonly uri: string }
  /** Inside the interaction itself, as base64: this text, or the long string of this number, which the text stands for. */
  | { readonly kind: 'inline'; readonly data: string; readonly longString: number | null };

/** Facts of an interaction, whatever its state. */
interface Facts {
  readonly providerStatus: string;
  readonly echoedPrompt: string | null;
  /** `updated`, in milliseconds since 1970: that of an interaction that ended is its end. */
  readonly finishedAt?: number;
}

/** A poll of an interaction, as it was understood. Only `completed` and `failed` end a task. */
export type InteractionState =
  | (Facts & { readonly kind: 'processing' })
  | (Facts & { readonly kind: 'completed'; readonly video: OmniVideo })
  | (Facts & {
      readonly kind: 'failed';
      readonly code: TaskErrorCode;
      readonly providerCode: string | null;
      readonly text: string | null;
      readonly billed: Billed;
    })
  | { readonly kind: 'unknown'; readonly reason: string; readonly isNotFound: boolean }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Statuses that are under way (`@google/genai` 3.3.0). */
const running: ReadonlySet<string> = new Set(['queued', 'in_progress', 'requires_continuation']);
/** Ends without a video that is whole. */
const ended: ReadonlySet<string> = new Set([
  'failed',
  'cancelled',
  'canceled',
  'incomplete',
  'requires_action',
  'budget_exceeded',
]);

/** Faults of Google, of the network between, or of our access: they say nothing about the task. */
const faults: ReadonlySet<number> = new Set([401, 402, 403, 407, 408, 429]);

const unknown = (reason: string, isNotFound = false): InteractionState => ({
  kind: 'unknown',
  reason,
  isNotFound,
});

/**
 * The state in a response to `GET /v1beta/interactions/{id}`. Total: any response has one.
 *
 * @param id the interaction that was asked for
 */
export function readInteraction({ status, json }: Answer, id: string): InteractionState {
  const error = responseError(json);
  if (faults.has(status) || status >= 500) {
    const name = error === null ? null : codeOf(error);
    return { kind: 'unavailable', reason: `HTTP ${status}${name === null ? '' : ` (${name})`}` };
  }
  if (status < 200 || status >= 300) return readRefusal(status, error);
  if (!isObject(json)) return unknown('no JSON object');
  const ownId = textOf(json['id']);
  if (ownId !== null && ownId !== id && ownId !== `interactions/${id}`)
    return unknown('it is about another interaction');
  const state = textOf(json['status'])?.toLowerCase();
  if (state === undefined) return unknown('no status');
  const finishedAt = Date.parse(textOf(json['updated']) ?? '');
  const facts = {
    providerStatus: state,
    echoedPrompt: promptOf(json),
    ...(!running.has(state) && Number.isFinite(finishedAt) && { finishedAt }),
  };
  if (running.has(state)) return { ...facts, kind: 'processing' };
  const video = videoOf(json);
  if (video !== null && (state === 'completed' || state === 'incomplete'))
    return { ...facts, kind: 'completed', video };
  if (state === 'completed') return readEmpty(json, facts);
  return ended.has(state) ? readFailure(json, state, facts) : unknown(`the status "${state.slice(0, 40)}"`);
}

/**
 * A response below 500 that is no interaction. Only HTTP 400 with an error of the Interactions API, whose code is a string,
 * is about the task: it is how a task ends that was accepted and could not be made (live, 2026-09 and 10). One about our
 * credentials has the same form.
 */
function readRefusal(status: number, error: GoogleError | null): InteractionState {
  if (error === null) return unknown(`HTTP ${status}`);
  if (isAccess(error)) return { kind: 'unavailable', reason: `HTTP ${status}: the key is not accepted` };
  const { message } = error;
  const isNotFound = message !== null && /invalid interaction name|interaction.*not found/i.test(message);
  if (status === 404 || isNotFound) return unknown('no such interaction', true);
  const isOfTask =
    status === 400 && error.code !== null && !(message !== null && /\bschema\b|\bSDK\b/.test(message));
  if (!isOfTask) return unknown(`HTTP ${status} (${codeOf(error) ?? 'no code'})`);
  return {
    kind: 'failed',
    providerStatus: 'failed',
    echoedPrompt: null,
    code: isRetired(error) ? 'MODEL_RETIRED' : taskErrorCodeOf(error, 'PROVIDER_FAILED'),
    providerCode: codeOf(error),
    text: message,
    billed: 'UNKNOWN',
  };
}

function readFailure(json: Unknowns, state: string, facts: Facts): InteractionState {
  const error = errorOf(json);
  return {
    ...facts,
    kind: 'failed',
    code: error === null ? 'PROVIDER_FAILED' : taskErrorCodeOf(error, 'PROVIDER_FAILED'),
    providerCode: (error === null ? null : codeOf(error)) ?? state,
    text: error?.message ?? endTexts[state] ?? null,
    billed: billedOf(json),
  };
}

const endTexts: Readonly<Record<string, string>> = {
  cancelled: 'it was canceled there',
  canceled: 'it was canceled there',
  incomplete: 'it ended before the video was complete',
  requires_action: 'it waits for an action that is not offered here',
  budget_exceeded: 'its token budget was used up',
};

/** Completed without a video part: the content filter, which says why as text at most (live, 2026-07 and 10). */
function readEmpty(json: Unknowns, facts: Facts): InteractionState {
  // A part that we do not know may be the video in a new form: that must not fail a paid task.
  const strange = outputOf(json).find(
    ({ type }) => !['text', 'thought', 'image', 'audio'].includes(String(type)),
  );
  if (strange !== undefined) return unknown('completed, with content that could not be read');
  const error = errorOf(json);
  return {
    ...facts,
    kind: 'failed',
    code: 'CONTENT_FILTERED',
    providerCode: error === null ? null : codeOf(error),
    text: error?.message ?? outputOf(json).flatMap(({ text }) => textOf(text) ?? [])[0] ?? null,
    billed: billedOf(json),
  };
}

/** A video that was made is billed, whatever became of it; without a usage, nothing is known. */
const billedOf = (json: Unknowns): Billed => (videoTokensOf(json) > 0 ? 'YES' : 'UNKNOWN');

function videoTokensOf(json: Unknowns): number {
  const usage = isObject(json['usage']) ? json['usage'] : {};
  return listOf(usage['output_tokens_by_modality'])
    .filter(({ modality }) => textOf(modality)?.toLowerCase() === 'video')
    .reduce((sum, { tokens }) => sum + (numberOf(tokens) ?? 0), 0);
}

/** The first error that names a cause: of the interaction, then of its steps. */
function errorOf(json: Unknowns): GoogleError | null {
  const errors: readonly unknown[] = [
    ...(Array.isArray(json['errors']) ? (json['errors'] as unknown[]) : []),
    json['error'],
    ...listOf(json['steps']).map(({ error }) => error),
  ];
  return errors.map(readError).find((error) => error !== null) ?? null;
}

function videoOf(json: Unknowns): OmniVideo | null {
  const parts = [...outputOf(json), ...listOf([json['output_video']]), ...listOf(json['outputs'])];
  for (const part of parts) {
    const isVideo = part['type'] === 'video' || textOf(part['mime_type'])?.startsWith('video/') === true;
    if (!isVideo) continue;
    const uri = textOf(part['uri']);
    if (uri !== null) return { kind: 'uri', uri };
    const data = textOf(part['data']);
    if (data !== null) return { kind: 'inline', data, longString: numberOfLongString(data) };
  }
  return null;
}

/** The parts that the model made; never what was sent to it, which may be a video too. */
const outputOf = (json: Unknowns): Unknowns[] =>
  listOf(json['steps'])
    .filter(({ type }) => type === 'model_output' || type === undefined)
    .flatMap(({ content }) => listOf(content));

function promptOf(json: Unknowns): string | null {
  const texts = listOf(json['steps'])
    .filter(({ type }) => type === 'user_input')
    .flatMap(({ content }) => listOf(content))
    .flatMap(({ type, text }) => (type === 'text' ? (textOf(text) ?? []) : []));
  return texts.length === 0 ? null : withoutBinding(texts.join(''));
}

/** The objects of a list; none for anything else. */
const listOf = (value: unknown): Unknowns[] => (Array.isArray(value) ? value.filter(isObject) : []);
