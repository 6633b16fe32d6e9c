import type { GoogleApi } from '../../src/providers/google/google-api.ts';
import { createVertexApi, type VertexOptions } from '../../src/providers/google/vertex/vertex-api.ts';
import type { CheckRequest, SubmitRequest } from '../../src/providers/provider.ts';

/** The path of a model, which begins the names of its operations. */
export const modelPath =
  'projects/p/locations/us-central1/publishers/google/models/veo-3.1-fast-generate-001';
/** The name of an operation. */
export const operation = `${modelPath}/operations/0f3c1d52-8a1b-4c39-b0a7-0123456789ab`;

/** Veo's adapter alone, for a project whose API is at an address. */
export const vertexApiAt = (url: string, more: Partial<VertexOptions> = {}): GoogleApi =>
  createVertexApi({
    label: 'Google',
    project: 'p',
    location: 'us-central1',
    baseUrl: url,
    accessToken: 'ya29.secret-token',
    credentialsFile: null,
    timeoutMs: 2000,
    ...more,
  });

/** A check of that operation. */
export const checkOf = (providerTaskId = operation): CheckRequest => ({
  providerTaskId,
  model: 'veo-3.1-fast-generate-001',
  resolution: null,
  memo: null,
  callbackUrl: null,
  mayOrder: () => true,
});

/** A request for a video from text. */
export const submitOf = (more: Partial<SubmitRequest> = {}): SubmitRequest => ({
  model: 'veo-3.1-fast-generate-001',
  prompt: 'A ring turns',
  images: [],
  imagesAs: 'AUTO',
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: 8,
  resolution: 'P720',
  seed: null,
  negativePrompt: null,
  audio: null,
  providerOptions: null,
  callbackUrl: null,
  ...more,
});
