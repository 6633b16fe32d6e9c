import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

/** HappyHorse. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01. */
export const happyhorse: readonly CatalogueEntry[] = [
  {
    id: 'happyhorse-1-1/text-to-video',
    label: 'HappyHorse 1.1',
    maker: 'Alibaba',
    inputs: {
      prompt: { field: 'prompt', maxLength: 5000 },
      audio: 'ALWAYS',
      aspectRatio: {
        field: 'aspect_ratio',
        values: ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'LANDSCAPE_4_3', 'PORTRAIT_3_4'),
      },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(3, 15), default: 5 },
      resolution: { field: 'resolution', values: { P720: '720p', P1080: '1080p' }, default: 'P1080' },
      seed: { field: 'seed' },
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'happyhorse-1-1/image-to-video',
        place: { list: 'image_urls' },
        inputs: { aspectRatio: null },
      },
      REFERENCE: {
        min: 1,
        max: 9,
        model: 'happyhorse-1-1/reference-to-video',
        place: { list: 'reference_image' },
      },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P720: 22.5, P1080: 29 } },
    typicalSeconds: null,
  },
];
