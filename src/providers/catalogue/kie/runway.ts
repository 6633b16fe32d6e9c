import { ratios, type CatalogueEntry } from '../entry.ts';

/** Runway on the contract `jobs`. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01. It has no sound. */
export const runway: readonly CatalogueEntry[] = [
  {
    id: 'runway',
    label: 'Runway',
    maker: 'Runway',
    inputs: {
      prompt: { field: 'prompt', maxLength: 1800 },
      audio: 'NEVER',
      aspectRatio: {
        field: 'aspect_ratio',
        values: ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'LANDSCAPE_4_3', 'PORTRAIT_3_4'),
      },
      durationSeconds: { field: 'duration', as: 'number', values: [5, 10], default: 5 },
      resolution: { field: 'quality', values: { P720: '720p', P1080: '1080p' }, default: 'P720' },
    },
    text: {},
    images: {
      // Its ratio is that of the image, whatever is sent.
      FIRST_FRAME: { min: 1, max: 1, place: { each: ['image_url'] }, inputs: { aspectRatio: null } },
    },
    durationsAt: { P1080: [5] },
    price: {
      listedOn: '2026-10-01',
      per: 'video',
      credits: { P720: { 5: 12, 10: 30 }, P1080: { 5: 30 } },
    },
    typicalSeconds: null,
    freeOptions: { watermark: 'string' },
  },
];
