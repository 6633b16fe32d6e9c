import { ratios, type CatalogueEntry } from '../entry.ts';

const byLength = { 4: 63, 6: 84, 8: 105, 10: 126 };

/** Gemini Omni. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01; time: a real run of 2026-10-05. */
export const geminiOmni: readonly CatalogueEntry[] = [
  {
    id: 'google/gemini-omni-flash-1-1',
    label: 'Gemini Omni Flash 1.1',
    maker: 'Google',
    inputs: {
      prompt: { field: 'prompt', maxLength: 20_000 },
      audio: 'ALWAYS',
      aspectRatio: { field: 'aspect_ratio', values: ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16') },
      durationSeconds: { field: 'duration', as: 'string', values: [4, 6, 8, 10], default: 8 },
      resolution: {
        field: 'resolution',
        values: { P360: '360p', P720: '720p', P1080: '1080p', P2160: '4k' },
        default: 'P720',
      },
      seed: { field: 'seed' },
    },
    text: {},
    images: {
      FIRST_FRAME: { min: 1, max: 1, place: { each: ['first_frame_url'] } },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2, place: { each: ['first_frame_url', 'last_frame_url'] } },
      REFERENCE: { min: 1, max: 7, place: { list: 'image_urls' } },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'video',
      // 360p is listed as 720p; a real one of 4 s cost 45.
      credits: {
        P360: byLength,
        P720: byLength,
        P1080: byLength,
        P2160: { 4: 147, 6: 168, 8: 189, 10: 210 },
      },
    },
    typicalSeconds: 169,
  },
];
