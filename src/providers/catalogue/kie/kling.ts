import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

const aspectRatio = {
  field: 'aspect_ratio',
  values: ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1'),
};
const prompt = { field: 'prompt', maxLength: 2500 };
const sound = { field: 'sound', default: false };
const images = { list: 'image_urls' };
/** Not sent with one shot unless a caller asks for several by `providerOptions`. */
const oneShot = { multi_shots: false };
/** The ratio may be left to the image. */
const optionalRatio = { aspectRatio: { ...aspectRatio, values: { ...aspectRatio.values, AUTO: null } } };

/** Kling. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01; times: real runs of 2026-10-05. */
export const kling: readonly CatalogueEntry[] = [
  {
    id: 'kling-3.0/video',
    label: 'Kling 3.0',
    maker: 'Kling',
    inputs: {
      prompt,
      audio: sound,
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'string', values: seconds(3, 15), default: 5 },
      resolution: { field: 'mode', values: { P720: 'std', P1080: 'pro', P2160: '4K' }, default: 'P1080' },
    },
    text: { constants: oneShot },
    images: {
      FIRST_FRAME: { min: 1, max: 1, place: images, inputs: optionalRatio, constants: oneShot },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2, place: images, inputs: optionalRatio, constants: oneShot },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'second',
      credits: { P720: { silent: 14, sound: 20 }, P1080: { silent: 18, sound: 27 }, P2160: 67 },
    },
    typicalSeconds: 358,
  },
  {
    id: 'kling/v3-turbo-text-to-video',
    label: 'Kling 3.0 Turbo',
    maker: 'Kling',
    inputs: {
      prompt,
      audio: 'ALWAYS',
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'string', values: seconds(3, 15), default: 5 },
      resolution: { field: 'resolution', values: { P720: '720p', P1080: '1080p' }, default: 'P720' },
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'kling/v3-turbo-image-to-video',
        place: images,
        inputs: { aspectRatio: null },
      },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P720: 18, P1080: 22.5 } },
    typicalSeconds: 124,
  },
  {
    id: 'kling-2.6/text-to-video',
    label: 'Kling 2.6',
    maker: 'Kling',
    inputs: {
      prompt,
      audio: sound,
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'string', values: [5, 10], default: 5 },
      resolution: 'P1080',
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'kling-2.6/image-to-video',
        place: images,
        inputs: { aspectRatio: null },
      },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'video',
      credits: { P1080: { 5: { silent: 55, sound: 110 }, 10: { silent: 110, sound: 220 } } },
    },
    typicalSeconds: 181,
  },
  {
    id: 'kling/v2-5-turbo-text-to-video-pro',
    label: 'Kling 2.5 Turbo Pro',
    maker: 'Kling',
    inputs: {
      prompt,
      // The image model takes 500, the one for text 2500.
      negativePrompt: { field: 'negative_prompt', maxLength: 500 },
      audio: 'NEVER',
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'string', values: [5, 10], default: 5 },
      resolution: 'P1080',
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'kling/v2-5-turbo-image-to-video-pro',
        place: { each: ['image_url'] },
        inputs: { aspectRatio: null },
      },
    },
    price: { listedOn: '2026-06-11', per: 'video', credits: { P1080: { 5: 42, 10: 84 } } },
    typicalSeconds: null,
  },
];
