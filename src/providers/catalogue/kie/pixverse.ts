import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

/** PixVerse. Fields and prices by sound: Kie docs and price list as of 2026-10. */
export const pixverse: readonly CatalogueEntry[] = [
  {
    id: 'pixverse-v6/text-to-video',
    label: 'PixVerse V6',
    maker: 'PixVerse',
    inputs: {
      prompt: { field: 'prompt', minLength: 3, maxLength: 5000 },
      audio: { field: 'generate_audio_switch', default: false },
      aspectRatio: {
        field: 'aspect_ratio',
        values: ratios(
          'LANDSCAPE_16_9',
          'PORTRAIT_9_16',
          'SQUARE_1_1',
          'LANDSCAPE_4_3',
          'PORTRAIT_3_4',
          'LANDSCAPE_3_2',
          'PORTRAIT_2_3',
          'LANDSCAPE_21_9',
        ),
      },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(1, 15), default: 5 },
      resolution: {
        field: 'quality',
        values: { P360: '360p', P540: '540p', P720: '720p', P1080: '1080p' },
        default: 'P720',
      },
      seed: { field: 'seed' },
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: 'pixverse-v6/image-to-video',
        place: { list: 'image_urls' },
        inputs: { aspectRatio: null },
      },
      FIRST_AND_LAST_FRAME: {
        min: 2,
        max: 2,
        model: 'pixverse-v6/transition',
        place: { each: ['first_frame_image_url', 'last_frame_image_url'] },
        inputs: { aspectRatio: null },
      },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'second',
      credits: {
        P360: { silent: 4, sound: 5.6 },
        P540: { silent: 5.6, sound: 7.2 },
        P720: { silent: 7.2, sound: 9.6 },
        P1080: { silent: 14.4, sound: 18.4 },
      },
    },
    typicalSeconds: null,
  },
];
