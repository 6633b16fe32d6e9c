import { ratios, seconds, type CatalogueEntry } from '../entry.ts';

const aspectRatio = {
  field: 'aspect_ratio',
  values: ratios(
    'LANDSCAPE_16_9',
    'PORTRAIT_9_16',
    'SQUARE_1_1',
    'LANDSCAPE_4_3',
    'PORTRAIT_3_4',
    'LANDSCAPE_21_9',
  ),
};
const framesModel = 'minimax-h3/image-to-video';

/** Hailuo 2.3, whose two tiers differ in price alone. It animates one image, and has no sound. */
const hailuo = (tier: 'standard' | 'pro', label: string, credits: readonly [number, number, number]) => ({
  id: `hailuo/2-3-image-to-video-${tier}`,
  label,
  maker: 'MiniMax',
  inputs: {
    prompt: { field: 'prompt', maxLength: 5000 },
    audio: 'NEVER' as const,
    aspectRatio: null,
    durationSeconds: { field: 'duration', as: 'string' as const, values: [6, 10], default: 6 },
    resolution: {
      field: 'resolution',
      values: { P768: '768P', P1080: '1080P' },
      default: 'P768' as const,
    },
  },
  text: null,
  images: { FIRST_FRAME: { min: 1, max: 1, place: { each: ['image_url'] } } },
  durationsAt: { P1080: [6] },
  price: {
    listedOn: '2026-06-11',
    per: 'video' as const,
    credits: { P768: { 6: credits[0], 10: credits[1] }, P1080: { 6: credits[2] } },
  },
  typicalSeconds: null,
});

/** MiniMax. Fields: Kie docs as of 2026-10 (H3) and 2026-06 (Hailuo); prices: Kie's catalogue of 2026-10-01. */
export const minimax: readonly CatalogueEntry[] = [
  {
    id: 'minimax-h3/text-to-video',
    label: 'MiniMax H3',
    maker: 'MiniMax',
    inputs: {
      prompt: { field: 'prompt', maxLength: 7000 },
      audio: 'ALWAYS',
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'number', values: seconds(4, 15), default: 6 },
      resolution: { field: 'resolution', values: { P768: '768P', P1440: '2K' }, default: 'P1440' },
    },
    text: {},
    images: {
      FIRST_FRAME: {
        min: 1,
        max: 1,
        model: framesModel,
        place: { each: ['first_frame_url'] },
        inputs: { aspectRatio: null },
      },
      FIRST_AND_LAST_FRAME: {
        min: 2,
        max: 2,
        model: framesModel,
        place: { each: ['first_frame_url', 'last_frame_url'] },
        inputs: { aspectRatio: null },
      },
      REFERENCE: {
        min: 1,
        max: 9,
        model: 'minimax-h3/reference-to-video',
        place: { list: 'reference_image_urls' },
        inputs: { aspectRatio: { ...aspectRatio, values: { ...aspectRatio.values, AUTO: 'adaptive' } } },
      },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'second',
      credits: { P768: 8, P1440: 13 },
      referenceImages: { free: 5, each: 4 },
    },
    typicalSeconds: null,
  },
  hailuo('standard', 'Hailuo 2.3 Standard', [30, 50, 50]),
  hailuo('pro', 'Hailuo 2.3 Pro', [45, 90, 80]),
];
