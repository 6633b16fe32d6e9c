import type { AspectRatio, ImageUse, Resolution } from '../../../domain/video-task.ts';
import type { SubmitRequest } from '../../provider.ts';

/** Keys of the request that Reelay sets itself; `providerOptions` may add others. */
export const reservedOptions: ReadonlySet<string> = new Set([
  'model',
  'input',
  'prompt',
  'image',
  'images',
  'background',
  'store',
  'stream',
  'response_format',
  'response_modalities',
  'aspect_ratio',
  'resolution',
  'duration',
  'delivery',
  'gcs_uri',
  'generation_config',
  'video_config',
  'task',
  'seed',
  'webhook_config',
  'previous_interaction_id',
]);

/** The spellings of Google (`@google/genai` 3.3.0); a ratio or size without one is not offered. */
const aspects: Partial<Record<AspectRatio, string>> = { LANDSCAPE_16_9: '16:9', PORTRAIT_9_16: '9:16' };
const sizes: Partial<Record<Resolution, string>> = {
  P360: '360p',
  P720: '720p',
  P1080: '1080p',
  P2160: '4k',
};

const tasks: Record<ImageUse, string> = {
  AUTO: 'reference_to_video',
  REFERENCE: 'reference_to_video',
  FIRST_FRAME: 'image_to_video',
  FIRST_AND_LAST_FRAME: 'image_to_video',
};

/**
 * The text that binds two images to the ends of the video: `task` alone does not say which is which. Images are counted from one
 * in the order of the input (live probe of a client, 2026-09-18).
 */
const bothFrames = '[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2]';

/** The prompt as it was given, from one that may begin with the binding of its images. */
export const withoutBinding = (prompt: string): string =>
  prompt.startsWith(bothFrames) ? prompt.slice(bothFrames.length).trimStart() : prompt;

/**
 * The body of `POST /v1beta/interactions`. Images come before the text, which names them by their order.
 *
 * @param images the content of each image, such as `{ type: 'image', mime_type, data }`
 */
export function createBody(
  request: SubmitRequest,
  images: readonly object[],
): Readonly<Record<string, unknown>> {
  const { model, prompt, imagesAs, aspectRatio, resolution, durationSeconds, seed, providerOptions } =
    request;
  const aspect = aspects[aspectRatio];
  const size = resolution === null ? undefined : sizes[resolution];
  const text = imagesAs === 'FIRST_AND_LAST_FRAME' ? `${bothFrames} ${prompt}` : prompt;
  const format = {
    type: 'video',
    ...(aspect !== undefined && { aspect_ratio: aspect }),
    ...(size !== undefined && { resolution: size }),
    ...(durationSeconds !== null && { duration: `${durationSeconds}s` }),
    // Inline fails above 4 MB.
    delivery: 'uri',
  };
  return {
    ...providerOptions,
    model,
    input: [...images, { type: 'text', text }],
    // Without it, the response waits for the video.
    background: true,
    // What is not stored cannot be polled.
    store: true,
    response_format: format,
    generation_config: {
      video_config: { task: images.length === 0 ? 'text_to_video' : tasks[imagesAs] },
      ...(seed !== null && { seed }),
    },
  };
}
