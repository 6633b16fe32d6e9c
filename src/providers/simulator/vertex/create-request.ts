import { isObject } from '../http/respond.ts';

/** A parsed create. */
export interface CreateRequest {
  readonly model: string;
  readonly prompt: string;
  readonly aspect: '16:9' | '9:16';
  /** Where the results go; undefined: into the response. */
  readonly storageUri: string | undefined;
}

/** A create that can be accepted, or the HTTP status and message that refuse it. */
export type ParsedCreate =
  | { readonly kind: 'create'; readonly create: CreateRequest }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

/** Google's model cards, 2026-11. */
const models = new Set(['veo-3.1-generate-001', 'veo-3.1-fast-generate-001', 'veo-3.1-lite-generate-001']);
/** Models that were shut down (Google's lifecycle page, 2026). */
const retired = /^veo-(?:2|3\.0)/;

const instanceFields = new Set(['prompt', 'image', 'lastFrame', 'referenceImages', 'video']);
const parameterFields = new Set([
  'sampleCount',
  'storageUri',
  'durationSeconds',
  'seed',
  'aspectRatio',
  'resolution',
  'personGeneration',
  'negativePrompt',
  'enhancePrompt',
  'generateAudio',
  'compressionQuality',
  'resizeMode',
  'fps',
]);
const imageTypes = new Set(['image/png', 'image/jpeg', 'image/webp']);

const refuse = (message: string, status = 400): ParsedCreate => ({ kind: 'refused', status, message });

/** Reads `predictLongRunning`, and refuses what Google refuses. */
export function parseCreate(model: string, body: Record<string, unknown>): ParsedCreate {
  if (retired.test(model)) return refuse(`The model ${model} is no longer available.`, 404);
  if (!models.has(model)) {
    return refuse(
      `Publisher Model \`projects/p/locations/us-central1/publishers/google/models/${model}\` was not found or your project does not have access to it.`,
      404,
    );
  }
  const [instance, ...others] = Array.isArray(body['instances']) ? (body['instances'] as unknown[]) : [];
  const parameters = body['parameters'] ?? {};
  if (!isObject(instance) || others.length > 0 || !isObject(parameters)) {
    return refuse('Exactly one instance is required.');
  }
  const unknown =
    Object.keys(body).find((name) => !['instances', 'parameters', 'labels'].includes(name)) ??
    Object.keys(instance).find((name) => !instanceFields.has(name)) ??
    Object.keys(parameters).find((name) => !parameterFields.has(name));
  if (unknown !== undefined) return refuse(`Invalid JSON payload received. Unknown name "${unknown}".`);
  const { prompt } = instance;
  if (typeof prompt !== 'string' || prompt.trim() === '') return refuse('The prompt is required.');
  const why = whyWrongImages(instance) ?? whyWrongParameters(model, instance, parameters);
  if (why !== null) return refuse(why);
  const aspect = parameters['aspectRatio'] === '9:16' ? '9:16' : '16:9';
  const { storageUri } = parameters;
  return {
    kind: 'create',
    create: { model, prompt, aspect, storageUri: typeof storageUri === 'string' ? storageUri : undefined },
  };
}

function whyWrongImages(instance: Record<string, unknown>): string | null {
  const references = instance['referenceImages'];
  const list = references === undefined ? [] : Array.isArray(references) ? (references as unknown[]) : null;
  if (list === null || list.length > 3) return 'At most 3 reference images are supported.';
  if (!list.every((one) => isObject(one) && one['referenceType'] === 'asset' && isImage(one['image']))) {
    return 'A reference image is invalid.';
  }
  if (list.length > 0 && instance['image'] !== undefined) return 'Reference images exclude image.';
  if (instance['image'] !== undefined && !isImage(instance['image'])) return 'image is invalid.';
  if (instance['lastFrame'] === undefined) return null;
  if (instance['image'] === undefined) return 'lastFrame requires image.';
  return isImage(instance['lastFrame']) ? null : 'lastFrame is invalid.';
}

function isImage(value: unknown): boolean {
  if (!isObject(value) || typeof value['mimeType'] !== 'string' || !imageTypes.has(value['mimeType'])) {
    return false;
  }
  const { bytesBase64Encoded: bytes, gcsUri } = value;
  return typeof bytes === 'string'
    ? bytes.length > 0 && bytes.length % 4 === 0 && /^[A-Za-z\d+/]+={0,2}$/.test(bytes)
    : typeof gcsUri === 'string' && gcsUri.startsWith('gs://');
}

function whyWrongParameters(
  model: string,
  instance: Record<string, unknown>,
  parameters: Record<string, unknown>,
): string | null {
  const {
    aspectRatio = '16:9',
    resolution = '720p',
    durationSeconds = 8,
    seed,
    sampleCount = 1,
  } = parameters;
  const sizes = model.includes('lite') ? ['720p', '1080p'] : ['720p', '1080p', '4k'];
  if (aspectRatio !== '16:9' && aspectRatio !== '9:16') return 'aspectRatio is invalid.';
  if (typeof resolution !== 'string' || !sizes.includes(resolution)) return 'resolution is invalid.';
  if (![4, 6, 8].includes(durationSeconds as number)) return 'durationSeconds must be 4, 6 or 8.';
  if (sampleCount !== 1) return 'sampleCount must be 1 here.';
  if (seed !== undefined && !(Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) < 2 ** 32)) {
    return 'seed must be an unsigned 32-bit integer.';
  }
  for (const name of ['generateAudio', 'enhancePrompt']) {
    const value = parameters[name];
    if (value !== undefined && typeof value !== 'boolean') return `${name} must be a boolean.`;
  }
  if (instance['referenceImages'] === undefined) return null;
  return durationSeconds === 8 && aspectRatio === '16:9'
    ? null
    : 'Reference images require 8 seconds and 16:9.';
}
