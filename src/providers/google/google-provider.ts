import { message, worded } from '../../domain/messages.ts';
import type { PricedSettings } from '../../domain/video-model.ts';
import type { ProviderName, TaskError } from '../../domain/video-task.ts';
import { capitalise } from '../task-error.ts';
import type { CancelOutcome, CheckOutcome, VideoProvider } from '../provider.ts';
import type { GoogleApi } from './google-api.ts';

/** The accounts at Google. */
export interface GoogleProviderOptions {
  readonly name: ProviderName;
  /** The name in hints and errors. */
  readonly label: string;
  /** Those that are configured, in order of preference: the first model of the first one is the default. */
  readonly apis: readonly GoogleApi[];
  readonly pollIntervalMs: number;
}

/** Google as one provider: each task is the matter of the API that has its model, or the form of its id. */
export function createGoogleProvider({
  name,
  label,
  apis,
  pollIntervalMs,
}: GoogleProviderOptions): VideoProvider {
  const ofModel = (model: string) => apis.find(({ models }) => models.some(({ id }) => id === model));
  const ofId = (id: string) => apis.find((api) => api.owns(id));
  // Of two APIs, one that refuses its key does not make the other useless.
  const keyTest = apis.length === 1 ? apis[0]?.keyTest : undefined;
  return {
    name,
    label,
    pollIntervalMs,
    createRate: null,
    taskPage: null,
    priceSetting: null,
    usdPerCredit: null,
    models: apis.flatMap(({ models }) => models),
    acceptsOtherModels: false,
    ...(keyTest !== undefined && { keyTest }),
    // Fetched here, and sent inside of the request.
    takesImageBytes: true,
    reservedOptions: (model) => ofModel(model)?.reservedOptions(model) ?? new Set(),
    freeOptions: (model) => ofModel(model)?.freeOptions(model) ?? new Map(),
    price: (model: string, settings: PricedSettings) => ofModel(model)?.price(model, settings) ?? null,
    submit: async (request, context) => {
      const api = ofModel(request.model);
      return api === undefined
        ? { kind: 'refused', error: modelNotConfigured(label, request.model) }
        : api.submit(request, context);
    },
    check: async (request, signal) =>
      ofId(request.providerTaskId)?.check(request, signal) ?? accountMissing(label, request.providerTaskId),
    openVideo: (reference, signal) => {
      const api = ofId(reference);
      if (api === undefined) return Promise.reject(new Error(`${label} has no account for this video here`));
      return api.openVideo(reference, signal);
    },
    canCancel: (providerTaskId) => ofId(providerTaskId)?.cancel !== undefined,
    cancel: async (providerTaskId, signal): Promise<CancelOutcome> =>
      ofId(providerTaskId)?.cancel?.(providerTaskId, signal) ?? {
        kind: 'refused',
        reason: 'it cannot be stopped',
      },
    credits: () => Promise.resolve(null),
    [Symbol.asyncDispose]: async () => {
      for (const api of apis) await api[Symbol.asyncDispose]();
    },
  };
}

/** For a task that was made when both APIs were configured, and waits to be sent to the one that no longer is. */
const modelNotConfigured = (label: string, model: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} is no longer configured for ${model} on this server, and this task was never sent. Use generateVideo with another model.`,
  reason: message('NEVER_SENT_MODEL_MISSING', { provider: label, model }),
  providerCode: null,
  retryable: false,
  billed: 'NO',
});

const accountMissing = (label: string, providerTaskId: string): CheckOutcome => ({
  kind: 'unknown',
  reason: 'no account at Google is configured for such an id',
  hint: worded(
    'ACCOUNT_MISSING',
    { provider: label, providerTaskId },
    `${capitalise(label)} is not configured here for tasks such as ${providerTaskId}: those of Veo require ` +
      'GOOGLE_CLOUD_PROJECT, those of Gemini Omni GEMINI_API_KEY. Checking goes on.',
  ),
});
