import type { OptionType } from '../../../domain/provider-offer.ts';
import type { JsonObject } from '../../../domain/video-task.ts';
import type { AspectRatio, Resolution } from '../../../domain/video-task.ts';
import type { SizedBody } from '../../http/http.ts';
import { Base64Bytes, jsonWithBytes } from '../../http/json-with-bytes.ts';
import type { ProviderImage, SubmitRequest } from '../../provider.ts';

const aspects: Partial<Record<AspectRatio, string>> = { LANDSCAPE_16_9: '16:9', PORTRAIT_9_16: '9:16' };
const sizes: Partial<Record<Resolution, string>> = { P720: '720p', P1080: '1080p', P2160: '4k' };

/** Names that Reelay sets itself, and others for the same. */
export const reservedOptions: ReadonlySet<string> = new Set([
  'prompt',
  'model',
  'instances',
  'parameters',
  'image',
  'images',
  'lastFrame',
  'referenceImages',
  'video',
  'mask',
  'aspectRatio',
  'duration',
  'durationSeconds',
  'resolution',
  'seed',
  'negativePrompt',
  'generateAudio',
  'sampleCount',
  'numberOfVideos',
  'n',
  'count',
  'storageUri',
  'outputGcsUri',
  'pubsubTopic',
  'webhookConfig',
  'callbackUrl',
]);

/** Parameters of Veo that change neither price nor kind of the video (Google docs, 2026). */
export const freeOptions: ReadonlyMap<string, readonly OptionType[]> = new Map([
  ['personGeneration', ['string']],
  ['enhancePrompt', ['boolean']],
  ['compressionQuality', ['string']],
  ['resizeMode', ['string']],
]);

/** An image whose bytes this server has. */
export type ImageBytes = Exclude<ProviderImage, { kind: 'url' }>;

/** The body of `predictLongRunning`. Images are read and encoded while it is sent. */
export async function createBody(request: SubmitRequest, images: readonly ImageBytes[]): Promise<SizedBody> {
  const fields = await Promise.all(
    images.map(async (image) => ({
      bytesBase64Encoded: await bytesOf(image),
      mimeType: image.contentType,
    })),
  );
  return jsonWithBytes({ instances: [instanceOf(request, fields)], parameters: parametersOf(request) });
}

async function bytesOf(image: ImageBytes): Promise<Base64Bytes> {
  if (image.kind === 'fetched') return new Base64Bytes(image.sizeBytes, () => image.read());
  const blob = await image.open();
  return new Base64Bytes(blob.size, () => blob.stream());
}

/** The fields of the images by their use. @param images in the order in which the caller named them */
function instanceOf({ prompt, imagesAs }: SubmitRequest, images: readonly object[]): object {
  const [first, last] = images;
  if (first === undefined) return { prompt };
  switch (imagesAs) {
    case 'REFERENCE':
      return {
        prompt,
        referenceImages: images.map((image) => ({ image, referenceType: 'asset' })),
      };
    case 'FIRST_AND_LAST_FRAME':
      return { prompt, image: first, ...(last !== undefined && { lastFrame: last }) };
    case 'FIRST_FRAME':
    case 'AUTO':
      return { prompt, image: first };
    default:
      return imagesAs satisfies never;
  }
}

function parametersOf(request: SubmitRequest): JsonObject {
  const { aspectRatio, durationSeconds, resolution, seed, negativePrompt, audio, providerOptions } = request;
  const aspect = aspects[aspectRatio];
  const size = resolution === null ? undefined : sizes[resolution];
  return {
    sampleCount: 1,
    ...(aspect !== undefined && { aspectRatio: aspect }),
    ...(durationSeconds !== null && { durationSeconds }),
    ...(size !== undefined && { resolution: size }),
    ...(seed !== null && { seed }),
    ...(negativePrompt !== null && { negativePrompt }),
    // Without it the API's default would hold, which differs between models.
    generateAudio: audio ?? true,
    ...providerOptions,
  };
}
