import { chosenSettings, modelNamed, type Price, type PricedSettings } from '../../../domain/video-model.ts';
import { ProviderHttp } from '../../http/http.ts';
import { jsonWithBytes } from '../../http/json-with-bytes.ts';
import { submitOnce, type PaidRequest } from '../../paid-request.ts';
import type {
  CancelOutcome,
  CheckOutcome,
  CheckRequest,
  KeyTest,
  SubmitContext,
  SubmitOutcome,
  SubmitRequest,
} from '../../provider.ts';
import type { GoogleApi } from '../google-api.ts';
import { createBody, reservedOptions } from './create-body.ts';
import { contentOf } from './image-content.ts';
import { omniModels } from './models.ts';
import { testGeminiKey } from './key-test.ts';
import { OmniChecks } from './omni-checks.ts';
import { OmniVideos, type OmniVideoSource } from './omni-videos.ts';
import { readCutAnswer, readSubmitAnswer } from './submit-response.ts';

/** An account at the Gemini API, or at something that speaks its wire. */
export interface OmniOptions {
  /** The name in hints and errors. */
  readonly label: string;
  readonly apiKey: string;
  /** The variable that holds the key; absent: whether it is accepted is not tested. */
  readonly keyVariable?: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
}

/** Gemini Omni through the Interactions API of the Gemini API. */
export class OmniApi implements GoogleApi {
  readonly models = omniModels;
  readonly keyTest?: KeyTest;
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
    if (options.keyVariable !== undefined) {
      this.keyTest = {
        variable: options.keyVariable,
        run: (signal) => testGeminiKey(this.#http, baseUrl, signal),
      };
    }
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

  async submit(request: SubmitRequest, context: SubmitContext): Promise<SubmitOutcome> {
    const { label, apiKey, baseUrl } = this.#options;
    const images = await Promise.all(request.images.map(contentOf));
    const contents = images.filter((image) => image !== null);
    if (contents.length < images.length) {
      // Never a paid video without the images that were asked for.
      return { kind: 'notSent', reason: 'an image was not handed over', retryAfterMs: null, cause: 'task' };
    }
    const body = createBody(request, contents);
    const { model } = request;
    const paid: PaidRequest = {
      label,
      url: `${baseUrl}/v1beta/interactions`,
      body: contents.length === 0 ? body : jsonWithBytes(body),
      secrets: [apiKey],
      read: (answer) => readSubmitAnswer({ label, model, models: this.models }, answer),
      readCut: readCutAnswer,
    };
    return submitOnce(this.#http, paid, context);
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
