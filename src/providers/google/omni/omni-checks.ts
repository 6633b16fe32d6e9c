import { worded } from '../../../domain/messages.ts';
import { DeadlineSignal } from '../../../time/deadline.ts';
import { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import type { ProviderHttp } from '../../http/http.ts';
import { isObject, textOf } from '../../http/json.ts';
import type { CancelOutcome, CheckFacts, CheckOutcome, CheckRequest } from '../../provider.ts';
import { noAnswer } from '../../no-answer.ts';
import { capitalise, taskError } from '../../task-error.ts';
import { fetchInteraction, interactionUrl } from './fetch-interaction.ts';
import { fileUrl, readVideoAddress, type VideoAddress } from './file-address.ts';
import { codeOf, isAccess, readError, responseError } from './google-error.ts';
import { readInteraction, type InteractionState, type OmniVideo } from './interaction.ts';

/** The part of the account's settings that checks need. */
export interface OmniChecksOptions {
  readonly label: string;
  readonly baseUrl: string;
  /** For one check. */
  readonly timeoutMs: number;
}

/** The reference of a file, for `openVideo`. */
export const fileReference = (fileId: string): string => `omni/file/${fileId}`;
/** The reference of a video inside an interaction. */
export const inlineReference = (interactionId: string): string => `omni/inline/${interactionId}`;

/** Status requests and cancels of interactions. */
export class OmniChecks {
  readonly #http: ProviderHttp;
  readonly #options: OmniChecksOptions;

  constructor(http: ProviderHttp, options: OmniChecksOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** One check: a request for the interaction, and one for the state of its file. */
  async check({ providerTaskId }: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    const answer = await this.#interaction(providerTaskId, signal);
    if (answer.kind === 'unavailable') return answer;
    const { retryAfterMs } = answer.answer;
    const state = readInteraction(answer.answer, providerTaskId);
    switch (state.kind) {
      case 'processing':
        return { ...factsOf(state), kind: 'processing', percent: null };
      case 'completed':
        return this.#locate(state.video, providerTaskId, factsOf(state), signal);
      case 'failed':
        return { ...factsOf(state), kind: 'failed', error: this.#errorOf(state) };
      case 'unknown':
        return this.#unknown(state.isNotFound ? providerTaskId : null, state.reason);
      case 'unavailable':
        return { ...state, retryAfterMs };
      default:
        return state satisfies never;
    }
  }

  /** Asks for the end of an interaction that still runs. */
  async cancel(providerTaskId: string, signal: AbortSignal): Promise<CancelOutcome> {
    try {
      const url = `${interactionUrl(this.#options.baseUrl, providerTaskId)}/cancel`;
      return readCancel(await this.#http.post(url, undefined, signal));
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return { kind: 'unavailable', reason: error.message, retryAfterMs: null };
    }
  }

  /** The interaction, however large the images and the video inside of it are. */
  async #interaction(id: string, signal: AbortSignal): Promise<Answered> {
    using deadline = new DeadlineSignal(this.#options.timeoutMs);
    const bounded = AbortSignal.any([signal, deadline.signal]);
    return await answered(fetchInteraction(this.#http, this.#options.baseUrl, id, bounded));
  }

  /** A finished video is ready when its file is: right after the end it may still be processed. */
  async #locate(
    video: OmniVideo,
    providerTaskId: string,
    facts: CheckFacts,
    signal: AbortSignal,
  ): Promise<CheckOutcome> {
    if (video.kind === 'inline') {
      const reference = inlineReference(providerTaskId);
      return { ...facts, kind: 'completed', source: { kind: 'provider', reference, url: null } };
    }
    const address = readVideoAddress(video.uri, this.#options.baseUrl);
    if (address === null) return this.#unknown(null, 'the video is at no address that can be fetched');
    return address.kind === 'public'
      ? { ...facts, kind: 'completed', source: { kind: 'url', url: address.url } }
      : this.#checkFile(address, facts, signal);
  }

  async #checkFile(
    { fileId, url }: Extract<VideoAddress, { kind: 'file' }>,
    facts: CheckFacts,
    signal: AbortSignal,
  ): Promise<CheckOutcome> {
    const got = await answered(this.#http.get(fileUrl(this.#options.baseUrl, fileId), signal));
    if (got.kind === 'unavailable') return got;
    const { status, json, retryAfterMs } = got.answer;
    if (status === 429 || status >= 500)
      return { kind: 'unavailable', reason: `HTTP ${status} for the file`, retryAfterMs };
    const state = isObject(json) ? textOf(json['state'])?.toUpperCase() : undefined;
    if (state === 'FAILED') {
      const error = isObject(json) ? readError(json['error']) : null;
      const providerCode = (error === null ? null : codeOf(error)) ?? state;
      // The video was made, and is billed.
      return {
        ...facts,
        kind: 'failed',
        error: taskError(
          this.#options.label,
          'PROVIDER_FAILED',
          providerCode,
          error?.message ?? 'the file of the video could not be processed',
          'YES',
        ),
      };
    }
    if (state === 'PROCESSING')
      return { ...facts, providerStatus: 'file processing', kind: 'processing', percent: null };
    // Where the state cannot be had, the download decides.
    const source = { kind: 'provider', reference: fileReference(fileId), url } as const;
    return { ...facts, kind: 'completed', source };
  }

  #errorOf({ code, providerCode, text, billed }: Extract<InteractionState, { kind: 'failed' }>) {
    return taskError(this.#options.label, code, providerCode, text, billed);
  }

  #unknown(missingId: string | null, reason: string): CheckOutcome {
    const { label } = this.#options;
    const hint =
      missingId === null
        ? worded(
            'RESPONSE_UNREADABLE',
            { provider: label, reason, page: null },
            `The response of ${label} could not be read (${reason}). Checking goes on.`,
          )
        : worded(
            'NO_SUCH_TASK',
            { provider: label, providerTaskId: missingId, page: null },
            `${capitalise(label)} knows no interaction ${missingId}. Make sure that the id is right; checking goes on.`,
          );
    return { kind: 'unknown', reason, hint };
  }
}

/** A whole answer, or the fault that there was instead of one. */
type Answered =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | Extract<CheckOutcome, { kind: 'unavailable' }>;

async function answered(request: Promise<Answer>): Promise<Answered> {
  try {
    return { kind: 'answered', answer: await request };
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    return noAnswer(error);
  }
}

/** The facts of a state; Google reports no credits. */
const factsOf = (state: {
  readonly providerStatus: string;
  readonly echoedPrompt: string | null;
  readonly finishedAt?: number;
}): CheckFacts => ({
  providerStatus: state.providerStatus,
  echoedPrompt: state.echoedPrompt,
  ...(state.finishedAt !== undefined && { finishedAt: state.finishedAt }),
  memo: null,
  credits: null,
});

/** The outcome of a cancel, by its response. */
export function readCancel({ status, json, retryAfterMs }: Answer): CancelOutcome {
  if (status >= 200 && status < 300) {
    const state = isObject(json) ? textOf(json['status'])?.toLowerCase() : undefined;
    return state === 'completed' || state === 'failed'
      ? { kind: 'refused', reason: `it has ended: ${state}` }
      : { kind: 'canceled' };
  }
  const error = responseError(json);
  const reason = `HTTP ${status}${error === null ? '' : ` (${codeOf(error) ?? 'no code'})`}`;
  const isRefusal = error !== null && [400, 404, 409, 412].includes(status) && !isAccess(error);
  return isRefusal ? { kind: 'refused', reason } : { kind: 'unavailable', reason, retryAfterMs };
}
