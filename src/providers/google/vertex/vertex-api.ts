import { chosenSettings } from '../../../domain/video-model.ts';
import { ProviderHttp } from '../../http/http.ts';
import { submitOnce, type PaidRequest } from '../../paid-request.ts';
import type {
  CheckOutcome,
  CheckRequest,
  SubmitContext,
  SubmitOutcome,
  SubmitRequest,
} from '../../provider.ts';
import { taskError } from '../../task-error.ts';
import type { GoogleApi } from '../google-api.ts';
import { createBody, freeOptions, reservedOptions, type ImageBytes } from './create-body.ts';
import { Credentials } from './credentials.ts';
import { vertexModels } from './models.ts';
import { Operations } from './operations.ts';
import { readCutResponse, readSubmitResponse } from './submit-response.ts';

/** A project on Vertex AI, or something that speaks its wire. */
export interface VertexOptions {
  /** The name in hints and errors. */
  readonly label: string;
  readonly project: string;
  readonly location: string;
  /** Null: that of the location. */
  readonly baseUrl: string | null;
  /** Null: `credentialsFile` is used, or else the credentials of the machine. */
  readonly accessToken: string | null;
  readonly credentialsFile: string | null;
  readonly timeoutMs: number;
}

/** Veo on Vertex AI, which Google also calls the Agent Platform. */
export function createVertexApi(options: VertexOptions): GoogleApi {
  return new VertexApi(options);
}

class VertexApi implements GoogleApi {
  readonly models = vertexModels;
  readonly #options: VertexOptions;
  readonly #http: ProviderHttp;
  readonly #credentials: Credentials;
  readonly #operations: Operations;

  constructor(options: VertexOptions) {
    const { timeoutMs } = options;
    this.#options = options;
    this.#http = new ProviderHttp({ timeoutMs });
    this.#credentials = new Credentials(options);
    this.#operations = new Operations({
      ...options,
      baseUrlAt: (location) => this.#baseUrlAt(location),
      storageUrl: storageUrlFor(this.#baseUrlAt(options.location)),
      http: this.#http,
      credentials: this.#credentials,
    });
  }

  owns(idOrReference: string): boolean {
    return /^(?:projects\/|gs:\/\/)/.test(idOrReference);
  }

  reservedOptions() {
    return reservedOptions;
  }

  freeOptions() {
    return freeOptions;
  }

  price: GoogleApi['price'] = (id, settings) => {
    const model = this.models.find((one) => one.id === id);
    return model === undefined ? null : model.price(chosenSettings(model, settings));
  };

  async submit(request: SubmitRequest, context: SubmitContext): Promise<SubmitOutcome> {
    const { label, project, location } = this.#options;
    const notSent = { kind: 'notSent', retryAfterMs: null } as const;
    const images = request.images.filter((image): image is ImageBytes => image.kind !== 'url');
    if (images.length < request.images.length) {
      // Never a paid video without the images that were asked for.
      return { ...notSent, reason: 'an image was not fetched', cause: 'task' };
    }
    const authorization = await this.#credentials.authorize();
    if (authorization.kind === 'refused') {
      const error = taskError(label, 'PROVIDER_UNAUTHORIZED', null, authorization.reason, 'NO');
      return { kind: 'refused', error };
    }
    if (authorization.kind === 'unavailable') {
      return { ...notSent, reason: authorization.reason, cause: 'unreachable' };
    }
    const { headers } = authorization;
    const { model } = request;
    const path = `/v1beta1/projects/${project}/locations/${location}/publishers/google/models/${encodeURIComponent(model)}`;
    const url = `${this.#baseUrlAt(location)}${path}:predictLongRunning`;
    const paid: PaidRequest = {
      label,
      url,
      body: await createBody(request, images),
      headers,
      secrets: secretsOf(headers),
      read: (answer) => readSubmitResponse(label, model, answer),
      readCut: readCutResponse,
    };
    return submitOnce(this.#http, paid, context);
  }

  #baseUrlAt(location: string): string {
    return this.#options.baseUrl ?? googleBaseUrl(location);
  }

  check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    return this.#operations.check(request, signal);
  }

  openVideo: GoogleApi['openVideo'] = (reference, signal) => this.#operations.openVideo(reference, signal);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#credentials[Symbol.asyncDispose]();
    await this.#http[Symbol.asyncDispose]();
  }
}

/** The host of a location; `global` has none of its own (Google docs, 2026). */
const googleBaseUrl = (location: string): string =>
  location === 'global'
    ? 'https://aiplatform.googleapis.com'
    : `https://${location}-aiplatform.googleapis.com`;

/** Cloud Storage; where Vertex is somewhere else than at Google, storage is there too. */
const storageUrlFor = (baseUrl: string): string =>
  /(?:^|\.)googleapis\.com$/.test(new URL(baseUrl).hostname) ? 'https://storage.googleapis.com' : baseUrl;

/** The access token, in case that a response echoes it. */
const secretsOf = (headers: Readonly<Record<string, string>>): string[] => [
  headers['authorization']?.replace(/^Bearer /, '') ?? '',
];
