import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

/** Grok Imagine. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01. */
export const grok: readonly CatalogueEntry[] = [
  {
    id: 'grok-imagine-video-1-5-preview',
    label: 'Grok Imagine 1.5',
    maker: 'xAI',
    inputs: {
      prompt: { field: 'prompt', maxLength: 4096 },
      audio: 'ALWAYS',
      aspectRatio: {
        field: 'aspect_ratio',
        values: {
          ...ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'LANDSCAPE_3_2', 'PORTRAIT_2_3'),
          AUTO: 'auto',
        },
      },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(1, 15), default: 8 },
      resolution: {
        field: 'resolution',
        values: { P480: '480p', P720: '720p', P1080: '1080p' },
        default: 'P480',
      },
    },
    text: {},
    images: {
      FIRST_FRAME: { min: 1, max: 1, place: { list: 'image_urls' } },
      REFERENCE: { min: 1, max: 7, place: { list: 'image_urls' }, resolutions: ['P480', 'P720'] },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P480: 2.4, P720: 4.5, P1080: 8 } },
    typicalSeconds: null,
  },
];
