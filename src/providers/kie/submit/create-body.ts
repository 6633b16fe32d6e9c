import type { JsonObject, JsonValue } from '../../../domain/video-task.ts';
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { veoFamily } from '../../catalogue/kie/veo.ts';
import { NotInEntryError, requestOfEntry } from '../../catalogue/request-of-entry.ts';
import type { SubmitRequest } from '../../provider.ts';

/** Kie's three wire contracts; `task` creates as `veo` and asks at the path of the seed. */
export type Contract = 'jobs' | 'veo' | 'task';

/** The path and the body of a create. */
export interface CreateRequest {
  readonly path: string;
  readonly body: JsonObject;
  /** The contract on which the task is found again. */
  readonly contract: Contract;
}

/** Fields that the contract `veo` spells in its own way (Kie docs, 2026-06; recorded Kie traffic, 2026-08). */
const namesOnVeo: Readonly<Record<string, string>> = {
  image_urls: 'imageUrls',
  generation_type: 'generationType',
  enable_translation: 'enableTranslation',
};

/**
 * The request on the wire. Models that are not Veo exist on the `jobs` contract only.
 *
 * @param entry of the model; null if none describes it
 * @throws NotInEntryError for a task whose model does not have one of its inputs, such as one of an earlier version
 */
export function createRequest(
  contract: Contract,
  entry: CatalogueEntry | null,
  request: SubmitRequest,
  imageUrls: readonly string[],
): CreateRequest {
  const { callbackUrl, providerOptions } = request;
  const callback = callbackUrl === null ? {} : { callBackUrl: callbackUrl };
  const { model, input } = inputOf(entry, request, imageUrls);
  if (contract === 'jobs' || model !== veoFamily) {
    return {
      path: '/api/v1/jobs/createTask',
      body: { model, ...callback, input: { ...input, ...providerOptions } },
      contract: 'jobs',
    };
  }
  const fields = Object.entries(input).map(([name, value]) => [namesOnVeo[name] ?? name, value] as const);
  return {
    path: '/api/v1/veo/generate',
    body: { ...Object.fromEntries(fields), ...callback, ...providerOptions },
    contract,
  };
}

/** The input by the model's entry; of a model that no entry describes, the prompt alone. */
function inputOf(entry: CatalogueEntry | null, request: SubmitRequest, imageUrls: readonly string[]) {
  const { model, prompt, negativePrompt, audio, durationSeconds, resolution, seed } = request;
  if (entry !== null) return requestOfEntry(entry, request, imageUrls);
  const notSent = { negativePrompt, audio, durationSeconds, resolution, seed };
  for (const [name, value] of Object.entries(notSent)) {
    if (value !== null) throw new NotInEntryError(name, String(value));
  }
  if (imageUrls.length > 0) throw new NotInEntryError('referenceImages', imageUrls.length);
  const input: { [field: string]: JsonValue } = { prompt };
  return { model, input };
}
