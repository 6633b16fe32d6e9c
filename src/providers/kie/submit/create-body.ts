import type { AspectRatio, ImageUse, JsonObject, JsonValue, Resolution } from '../../../domain/video-task.ts';
import type { SubmitRequest } from '../../provider.ts';
import { kieModels } from '../models.ts';

/** Kie's three wire contracts; `task` creates as `veo` and asks at the path of the seed. */
export type Contract = 'jobs' | 'veo' | 'task';

const aspects: Record<AspectRatio, string> = {
  LANDSCAPE_16_9: '16:9',
  PORTRAIT_9_16: '9:16',
  SQUARE_1_1: '1:1',
  LANDSCAPE_4_3: '4:3',
  PORTRAIT_3_4: '3:4',
  LANDSCAPE_3_2: '3:2',
  PORTRAIT_2_3: '2:3',
  LANDSCAPE_21_9: '21:9',
  AUTO: 'Auto',
};
const sizes: Record<Resolution, string> = {
  P360: '360p',
  P480: '480p',
  P540: '540p',
  P720: '720p',
  P768: '768p',
  P1080: '1080p',
  P1440: '2k',
  P2160: '4k',
};
const generationTypes: Record<Exclude<ImageUse, 'AUTO'>, string> = {
  FIRST_FRAME: 'FIRST_AND_LAST_FRAMES_2_VIDEO',
  FIRST_AND_LAST_FRAME: 'FIRST_AND_LAST_FRAMES_2_VIDEO',
  REFERENCE: 'REFERENCE_2_VIDEO',
};

/** Names that Reelay sets itself, and others for the same. */
export const reservedOptions: ReadonlySet<string> = new Set([
  'prompt',
  'model',
  'image',
  'image_url',
  'image_urls',
  'images',
  'generation_type',
  'aspect_ratio',
  'duration',
  'duration_seconds',
  'resolution',
  'seed',
  'seeds',
  'n',
  'count',
  'sample_count',
  'n_videos',
  'num_videos',
  'number_of_videos',
  'callback',
  'callback_url',
  'webhook',
  'webhook_url',
  'storage',
  'storage_uri',
  'storage_url',
  'first_frame',
  'first_frame_url',
  'last_frame',
  'last_frame_url',
  'reference_image_urls',
]);

/** Options of Veo that change neither price nor kind of the video (Kie docs, 2026-10). */
const veoFreeOptions: ReadonlyMap<string, 'string' | 'boolean'> = new Map([
  ['watermark', 'string'],
  ['enable_translation', 'boolean'],
  ['enableTranslation', 'boolean'],
]);

/** Options that are known not to change what a video costs: of a model that is not listed, nothing is known. */
export const freeOptions = (model: string): ReadonlyMap<string, 'string' | 'boolean'> =>
  isVeo(model) ? veoFreeOptions : new Map();

/** The path and the body of a create. */
export interface CreateRequest {
  readonly path: string;
  readonly body: JsonObject;
  /** The contract on which the task is found again. */
  readonly contract: Contract;
}

/** True if a model is one of Veo's tiers, which have contracts of their own. */
const isVeo = (model: string): boolean => kieModels.some(({ id }) => id === model);

/** The request on the wire. Models that are not Veo exist on the `jobs` contract only. */
export function createRequest(
  contract: Contract,
  request: SubmitRequest,
  imageUrls: readonly string[],
): CreateRequest {
  const { model, callbackUrl } = request;
  const callback = callbackUrl === null ? {} : { callBackUrl: callbackUrl };
  if (contract === 'jobs' || !isVeo(model)) {
    const input = isVeo(model)
      ? { ...common(request, imageUrls), model, enable_translation: true }
      : common(request, imageUrls);
    return {
      path: '/api/v1/jobs/createTask',
      body: {
        model: isVeo(model) ? 'veo-3-1' : model,
        ...callback,
        input: { ...input, ...request.providerOptions },
      },
      contract: 'jobs',
    };
  }
  const { image_urls, generation_type, ...rest } = common(request, imageUrls);
  return {
    path: '/api/v1/veo/generate',
    body: {
      ...rest,
      model,
      ...(image_urls !== undefined && { imageUrls: image_urls }),
      ...(generation_type !== undefined && { generationType: generation_type }),
      // The documents disagree about the default; prompts in any language are promised.
      enableTranslation: true,
      ...callback,
      ...request.providerOptions,
    },
    contract,
  };
}

/** The input in the spelling of the `jobs` contract (Kie docs, 2026-10). */
function common(request: SubmitRequest, imageUrls: readonly string[]): { [key: string]: JsonValue } {
  const { prompt, aspectRatio, durationSeconds, resolution, seed, model, imagesAs } = request;
  const generationType =
    imageUrls.length === 0 ? 'TEXT_2_VIDEO' : imagesAs === 'AUTO' ? null : generationTypes[imagesAs];
  return {
    prompt,
    ...(isVeo(model) && generationType !== null && { generation_type: generationType }),
    ...(imageUrls.length > 0 && { image_urls: [...imageUrls] }),
    aspect_ratio: aspects[aspectRatio],
    ...(durationSeconds !== null && { duration: durationSeconds }),
    ...(resolution !== null && { resolution: sizes[resolution] }),
    ...(seed !== null && { seed }),
  };
}
