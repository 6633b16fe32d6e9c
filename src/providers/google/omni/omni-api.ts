import { chosenSettings, modelNamed, type Price, type PricedSettings } from '../../../domain/video-model.ts';
import { NoAnswerError, OwnFaultError } from '../../http/faults.ts';
import { ProviderHttp } from '../../http/http.ts';
import { jsonWithBytes } from '../../http/json-with-bytes.ts';
import type {
  CancelOutcome,
  CheckOutcome,
  CheckRequest,
  SubmitContext,
  SubmitOutcome,
  SubmitRequest,
} from '../../provider.ts';
import { withResponse } from '../../quoted-response.ts';
import type { GoogleApi } from '../google-api.ts';
import { createBody, reservedOptions } from './create-body.ts';
import { contentOf } from './image-content.ts';
import { omniModels } from './models.ts';
import { OmniChecks } from './omni-checks.ts';
import { OmniVideos, type OmniVideoSource } from './omni-videos.ts';
import { readCutAnswer, readSubmitAnswer } from './submit-response.ts';

/** An account at the Gemini API, or at something that speaks its wire. */
export interface OmniOptions {
  /** The name in hints and errors. */
  readonly label: string;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
}

/** Gemini Omni through the Interactions API of the Gemini API. */
export class OmniApi implements GoogleApi {
  readonly models = omniModels;
  readonly #options: OmniOptions;
  readonly #http: ProviderHttp;
  readonly #checks: OmniChecks;
  readonly #videos: OmniVideos;

  constructor(options: OmniOptions) {
    // A base URL is also written with the version, as in the documentation of SDKs.
    const baseUrl = options.baseUrl.replace(/\/v1(?:beta)?$/, '');
    const { label, apiKey, timeoutMs } = options;
    this.#options = { ...options, baseUrl };
    // No redirect is followed with these headers, so only this origin ever gets the key.
    this.#http = new ProviderHttp({ timeoutMs, headers: { 'x-goog-api-key': apiKey } });
    this.#checks = new OmniChecks(this.#http, { label, baseUrl, timeoutMs });
    this.#videos = new OmniVideos(this.#http, baseUrl);
  }

  /** Interactions have one segment as their id; operations of Vertex are paths. */
  owns(idOrReference: string): boolean {
    return idOrReference.startsWith('omni/') || /^[\w.-]+$/.test(idOrReference);
  }

  price(model: string, settings: PricedSettings): Price | null {
    const known = modelNamed(this.models, model);
    return known === undefined ? null : known.price(chosenSettings(known, settings));
  }

  reservedOptions(): ReadonlySet<string> {
    return reservedOptions;
  }

  /** No option is known to be free. */
  freeOptions(): ReadonlyMap<string, never> {
    return new Map<string, never>();
  }

  async submit(request: SubmitRequest, { signal, mayStart }: SubmitContext): Promise<SubmitOutcome> {
    const { label, apiKey, baseUrl } = this.#options;
    const images = await Promise.all(request.images.map(contentOf));
    const contents = images.filter((image) => image !== null);
    const notSent = { kind: 'notSent', retryAfterMs: null } as const;
    if (contents.length < images.length) {
      // Never a paid video without the images that were asked for.
      return { ...notSent, reason: 'an image was not handed over', cause: 'task' };
    }
    const body = createBody(request, contents);
    let isStopped = false;
    const start = () => {
      isStopped = !mayStart();
      return !isStopped;
    };
    const url = `${baseUrl}/v1beta/interactions`;
    try {
      const sent = contents.length === 0 ? body : jsonWithBytes(body);
      const answer = await this.#http.postOnce(url, sent, signal, start);
      const outcome = readSubmitAnswer({ label, model: request.model, models: this.models }, answer);
      return withResponse(outcome, answer.text, [apiKey]);
    } catch (error) {
      if (error instanceof OwnFaultError) {
        return { ...notSent, reason: `This server could not send it: ${error.message}`, cause: 'ours' };
      }
      if (!(error instanceof NoAnswerError)) throw error;
      if (error.mayHaveBeenSent) return withResponse(readCutAnswer(error), error.partialText, [apiKey]);
      return isStopped
        ? { ...notSent, reason: 'It was stopped before its first byte', cause: 'task' }
        : { ...notSent, reason: `${label} could not be reached: ${error.message}`, cause: 'unreachable' };
    }
  }

  check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    return this.#checks.check(request, signal);
  }

  cancel(providerTaskId: string, signal: AbortSignal): Promise<CancelOutcome> {
    return this.#checks.cancel(providerTaskId, signal);
  }

  openVideo(reference: string, signal: AbortSignal): Promise<OmniVideoSource> {
    return this.#videos.open(reference, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }
}
