import type { ProviderName, Resolution } from '../../domain/video-task.ts';
import { DeadlineSignal } from '../../time/deadline.ts';
import type {
  CheckFacts,
  CheckOutcome,
  CheckRequest,
  CreateRate,
  HandOver,
  ProviderImage,
  SubmitContext,
  SubmitOutcome,
  SubmitRequest,
  VideoProvider,
} from '../provider.ts';
import type { Price, VideoModel } from '../../domain/video-model.ts';
import { Balance } from './balance.ts';
import { createRequest, freeOptions, reservedOptions, type Contract } from './submit/create-body.ts';
import { capitalise, taskError } from './errors.ts';
import { KieHttp, NoAnswerError, OwnFaultError, type Answer } from './http/http.ts';
import { ImageUploads } from './submit/image-uploads.ts';
import { isObject, numberOf } from './http/json.ts';
import { kieModels, usdPerCredit } from './models.ts';
import { operatorPrice } from './operator-price.ts';
import { readRecord, type Verdict } from './check/record.ts';
import { readCutAnswer, readSubmitAnswer, withResponse } from './submit/submit-response.ts';
import { missingUpgrade, readUpgrade, type Upgrade } from './check/upgrade.ts';

/** An account at Kie, or at something that speaks its wire. */
export interface KieOptions {
  readonly name: ProviderName;
  /** The name in hints and errors. */
  readonly label: string;
  /** Where a person can look up a task; null: hints name no page. */
  readonly taskPage: string | null;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly uploadUrl: string;
  /** Where new work goes; a task is found on any of them. */
  readonly contract: Contract;
  readonly pollIntervalMs: number;
  /** How many tasks the account may start in ten seconds; 0: no limit. */
  readonly createsPer10s: number;
  readonly timeoutMs: number;
  /** The operator's own prices, as operatorPrice reads them; they go before the list. */
  readonly prices?: ReadonlyMap<string, number>;
  /** Without it: what Kie offers. */
  readonly models?: readonly VideoModel[];
  readonly now: () => number;
}

/** The window of the account's rate limit (Kie docs, getting started, 2026: 20 requests per 10 s). */
const rateWindowMs = 10_000;

/** Where each contract reports the status of a task. */
const statusPath: Record<Contract, (id: string) => string> = {
  jobs: (id) => `/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(id)}`,
  veo: (id) => `/api/v1/veo/record-info?taskId=${encodeURIComponent(id)}`,
  task: (id) => `/v1/video/task/${encodeURIComponent(id)}`,
};

/** Nobody waits longer for a balance. */
const balanceTimeoutMs = 5000;

const contracts: readonly Contract[] = ['jobs', 'veo', 'task'];

/** Kie.ai as a provider. */
export function createKieProvider(options: KieOptions): VideoProvider {
  return new KieProvider(options);
}

class KieProvider implements VideoProvider {
  readonly name: ProviderName;
  readonly label: string;
  readonly pollIntervalMs: number;
  readonly createRate: CreateRate | null;
  readonly taskPage: string | null;
  readonly usdPerCredit = usdPerCredit;
  readonly models: readonly VideoModel[];
  // Other models of Kie's market are passed through by name.
  readonly acceptsOtherModels = true;
  readonly reservedOptions = reservedOptions;
  readonly freeOptions = freeOptions;
  readonly #options: KieOptions;
  readonly #http: KieHttp;
  readonly #uploads: ImageUploads;
  readonly #balance: Balance;

  constructor(options: KieOptions) {
    this.name = options.name;
    this.label = options.label;
    this.pollIntervalMs = options.pollIntervalMs;
    this.taskPage = options.taskPage;
    this.createRate =
      options.createsPer10s === 0 ? null : { max: options.createsPer10s, windowMs: rateWindowMs };
    this.models = options.models ?? kieModels;
    this.#options = options;
    this.#http = new KieHttp(options.apiKey, options.timeoutMs);
    const { uploadUrl, label, now } = options;
    this.#balance = new Balance(() => this.#askForBalance(), now);
    this.#uploads = new ImageUploads({ http: this.#http, uploadUrl, label, now });
  }

  price(model: string, durationSeconds: number | null, resolution: Resolution | null): Price | null {
    const known = this.models.find(({ id }) => id === model) ?? null;
    const named = operatorPrice(this.#options.prices, known, { model, durationSeconds, resolution });
    if (named !== undefined) return named;
    const size = resolution ?? known?.defaultResolution ?? null;
    return known && size ? known.price(durationSeconds ?? known.defaultDuration, size) : null;
  }

  async handOver(images: readonly ProviderImage[], signal: AbortSignal): Promise<HandOver> {
    const handed: ProviderImage[] = [];
    for (const image of images) {
      if (image.kind === 'url') {
        handed.push(image);
        continue;
      }
      const outcome = await this.#uploads.urlOf(image, signal);
      if (outcome.kind !== 'uploaded') return outcome;
      handed.push({ kind: 'url', url: outcome.url });
    }
    return { kind: 'ready', images: handed };
  }

  async submit(request: SubmitRequest, { signal, mayStart }: SubmitContext): Promise<SubmitOutcome> {
    const { baseUrl, contract, label, apiKey } = this.#options;
    const imageUrls = request.images.flatMap((image) => (image.kind === 'url' ? [image.url] : []));
    if (imageUrls.length < request.images.length) {
      // Never a paid video without the images that were asked for.
      const reason = 'an image was not handed over';
      return { kind: 'notSent', reason, retryAfterMs: null, cause: 'task' };
    }
    const create = createRequest(contract, request, imageUrls);
    const secrets = [apiKey, request.callbackUrl?.split('/').at(-1) ?? ''];
    let isStopped = false;
    const start = () => {
      isStopped = !mayStart();
      return !isStopped;
    };
    try {
      const answer = await this.#http.postOnce(`${baseUrl}${create.path}`, create.body, signal, start);
      const outcome = readSubmitAnswer(label, answer);
      return outcome.kind === 'accepted'
        ? { ...outcome, memo: { contract: create.contract } }
        : withResponse(outcome, answer.text, secrets);
    } catch (error) {
      const notSent = { kind: 'notSent', retryAfterMs: null } as const;
      if (error instanceof OwnFaultError) {
        return { ...notSent, reason: `This server could not send it: ${error.message}`, cause: 'ours' };
      }
      if (!(error instanceof NoAnswerError)) throw error;
      if (error.mayHaveBeenSent) {
        const outcome = readCutAnswer(error, { contract: create.contract });
        return withResponse(outcome, error.partialText, secrets);
      }
      return isStopped
        ? { ...notSent, reason: 'It was stopped before its first byte', cause: 'task' }
        : { ...notSent, reason: `${label} could not be reached: ${error.message}`, cause: 'unreachable' };
    }
  }

  async check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    const remembered = contracts.find((contract) => contract === request.memo?.['contract']);
    const first = remembered ?? this.#options.contract;
    let fault: CheckOutcome | null = null;
    for (const contract of [first, ...contracts.filter((other) => other !== first)]) {
      const { verdict, retryAfterMs } = await this.#ask(contract, request.providerTaskId, signal);
      // Only "no such record" leads to the next contract: an odd word or a fault is an answer.
      if (verdict.kind === 'notFound') continue;
      if (verdict.kind === 'unavailable') {
        fault ??= { kind: 'unavailable', reason: verdict.reason, retryAfterMs };
        if (contract === first) break;
        continue;
      }
      const memo = contract === remembered ? null : { contract };
      const upgrade =
        verdict.kind === 'completed' && contract !== 'jobs'
          ? missingUpgrade(request.resolution, verdict.resolution)
          : null;
      return verdict.kind === 'completed' && upgrade !== null && (await request.mayOrder())
        ? this.#upgrade(upgrade, request, { ...verdict, memo }, signal)
        : this.#outcomeOf(verdict, memo);
    }
    return (
      fault ?? {
        kind: 'unknown',
        reason: `no contract knows the task ${request.providerTaskId}`,
        hint:
          `${capitalise(this.label)} knows no task ${request.providerTaskId}. Make sure that the id is right` +
          `${this.taskPage === null ? '' : `; you can look for it at ${this.taskPage}`}. Checking goes on.`,
      }
    );
  }

  credits(): Promise<number | null> {
    return this.#balance.credits();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }

  async #askForBalance(): Promise<number | null> {
    using deadline = new DeadlineSignal(balanceTimeoutMs);
    try {
      const url = `${this.#options.baseUrl}/api/v1/chat/credit`;
      const { json } = await this.#http.get(url, deadline.signal);
      return isObject(json) && numberOf(json['code']) === 200 ? numberOf(json['data']) : null;
    } catch (error) {
      if (error instanceof NoAnswerError) return null;
      throw error;
    }
  }

  async #ask(
    contract: Contract,
    providerTaskId: string,
    signal: AbortSignal,
  ): Promise<{ verdict: Verdict; retryAfterMs: number | null }> {
    try {
      const answer = await this.#http.get(
        `${this.#options.baseUrl}${statusPath[contract](providerTaskId)}`,
        signal,
      );
      return { verdict: readRecord(answer, providerTaskId, contract), retryAfterMs: answer.retryAfterMs };
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return { verdict: { kind: 'unavailable', reason: error.message }, retryAfterMs: null };
    }
  }

  #outcomeOf(
    verdict: Exclude<Verdict, { kind: 'notFound' | 'unavailable' }>,
    memo: CheckFacts['memo'],
  ): CheckOutcome {
    switch (verdict.kind) {
      case 'processing':
        return { ...verdict, memo };
      case 'completed': {
        const { resolution: _resolution, ...rest } = verdict;
        return { ...rest, memo };
      }
      case 'failed': {
        const { code, providerCode, text, ...rest } = verdict;
        // Kie docs, getting started, 2026: failed tasks are not charged.
        return { ...rest, memo, error: taskError(this.label, code, providerCode, text, 'NO') };
      }
      case 'unknown':
        return this.#unknown(verdict.reason);
      default:
        return verdict satisfies never;
    }
  }

  /** The version above 720p of a finished task: asked for, and set going, inside the same check. Never the smaller file. */
  async #upgrade(
    upgrade: Upgrade,
    { providerTaskId, callbackUrl }: CheckRequest,
    { credits, echoedPrompt, memo }: CheckFacts,
    signal: AbortSignal,
  ): Promise<CheckOutcome> {
    const facts = { credits, echoedPrompt, memo, providerStatus: `${upgrade} is ready` };
    try {
      const answer = await this.#askForUpgrade(upgrade, providerTaskId, callbackUrl, signal);
      const verdict = readUpgrade(upgrade, answer, providerTaskId);
      switch (verdict.kind) {
        case 'ready':
          return { ...facts, kind: 'completed', url: verdict.url };
        case 'processing':
          return { ...facts, kind: 'processing', percent: null, providerStatus: verdict.providerStatus };
        case 'failed': {
          const { providerCode, text } = verdict;
          // The video itself was made, and is billed.
          const error = taskError(this.label, 'PROVIDER_FAILED', providerCode, text, 'YES');
          return { ...facts, kind: 'failed', error, providerStatus: `${upgrade} is unavailable` };
        }
        case 'unavailable':
          return { ...verdict, retryAfterMs: answer.retryAfterMs };
        case 'unknown':
          return this.#unknown(verdict.reason);
        default:
          return verdict satisfies never;
      }
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return { kind: 'unavailable', reason: error.message, retryAfterMs: null };
    }
  }

  /** Both calls may be repeated: the first begins, the others tell how it is going (Kie docs, 2026-06). */
  #askForUpgrade(
    upgrade: Upgrade,
    taskId: string,
    callbackUrl: string | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { baseUrl } = this.#options;
    if (upgrade === '1080p') {
      const query = `taskId=${encodeURIComponent(taskId)}&index=0`;
      return this.#http.get(`${baseUrl}/api/v1/veo/get-1080p-video?${query}`, signal);
    }
    const body = { taskId, index: 0, ...(callbackUrl !== null && { callBackUrl: callbackUrl }) };
    return this.#http.postOnce(`${baseUrl}/api/v1/veo/get-4k-video`, body, signal, () => true);
  }

  #unknown(reason: string): CheckOutcome {
    return {
      kind: 'unknown',
      reason,
      hint:
        `The response of ${this.label} could not be read (${reason}). Checking goes on.` +
        (this.taskPage === null
          ? ''
          : ` You can look for the task by its providerTaskId at ${this.taskPage}.`),
    };
  }
}
