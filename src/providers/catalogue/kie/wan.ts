import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

const fiveRatios = ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'LANDSCAPE_4_3', 'PORTRAIT_3_4');

/** Wan. Fields: Kie docs as of 2026-10 (its schema of 3.0 types addresses as objects; strings are sent); prices: Kie's catalogue of 2026-10-01. */
export const wan: readonly CatalogueEntry[] = [
  {
    id: 'wan/3-0-video',
    label: 'Wan 3.0',
    maker: 'Alibaba',
    inputs: {
      prompt: { field: 'prompt', maxLength: 20_000 },
      audio: { field: 'audio', default: true },
      aspectRatio: { field: 'aspect_ratio', values: { ...fiveRatios, AUTO: 'adaptive' } },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(2, 30), default: 5 },
      resolution: {
        field: 'resolution',
        values: { P480: '480P', P720: '720P', P1080: '1080P' },
        default: 'P1080',
      },
      seed: { field: 'seed' },
    },
    text: {},
    images: {
      FIRST_FRAME: { min: 1, max: 1, place: { each: ['first_frame_url'] } },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2, place: { each: ['first_frame_url', 'last_frame_url'] } },
      REFERENCE: { min: 1, max: 10, place: { list: 'reference_image_urls' } },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P480: 8, P720: 16, P1080: 32 } },
    typicalSeconds: null,
  },
  {
    id: 'wan/2-7-text-to-video',
    label: 'Wan 2.7',
    maker: 'Alibaba',
    inputs: {
      prompt: { field: 'prompt', maxLength: 5000 },
      negativePrompt: { field: 'negative_prompt', maxLength: 500 },
      audio: 'ALWAYS',
      aspectRatio: { field: 'ratio', values: fiveRatios },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(2, 15), default: 5 },
      resolution: { field: 'resolution', values: { P720: '720p', P1080: '1080p' }, default: 'P1080' },
      seed: { field: 'seed' },
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'wan/2-7-image-to-video',
        place: { each: ['first_frame_url'] },
        inputs: { aspectRatio: null },
      },
      FIRST_AND_LAST_FRAME: {
        min: 2,
        max: 2,
        model: 'wan/2-7-image-to-video',
        place: { each: ['first_frame_url', 'last_frame_url'] },
        inputs: { aspectRatio: null },
      },
      REFERENCE: {
        min: 1,
        max: 5,
        model: 'wan/2-7-r2v',
        place: { list: 'reference_image' },
        inputs: {
          aspectRatio: { field: 'aspect_ratio', values: fiveRatios },
          durationSeconds: { field: 'duration', as: 'number', values: seconds(2, 10), default: 5 },
        },
      },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P720: 16, P1080: 24 } },
    typicalSeconds: null,
  },
];
