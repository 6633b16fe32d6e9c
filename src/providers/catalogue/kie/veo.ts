import { ratios, type CatalogueEntry, type EntryPrice, type ImageForm } from '../entry.ts';

/** The string of all tiers on the contract `jobs`; `input.model` selects the tier (Kie docs, 2026-10). */
export const veoFamily = 'veo-3-1';

/** Google shut Veo down on another channel on 2026-10-22; whether Kie still makes it is not public. */
const omni = 'google/gemini-omni-flash-1-1';

const frames = { generation_type: 'FIRST_AND_LAST_FRAMES_2_VIDEO' };

/** One tier. Fields: Kie docs, 2026-10; prices: kie.ai's price page of 2026-10-08. */
const tier = (
  id: string,
  label: string,
  typicalSeconds: number,
  credits: EntryPrice['credits'],
  references: { readonly REFERENCE?: ImageForm },
  successor: string,
): CatalogueEntry => ({
  id,
  label,
  maker: 'Google',
  sentAs: veoFamily,
  inputs: {
    prompt: { field: 'prompt' },
    audio: 'ALWAYS',
    aspectRatio: {
      field: 'aspect_ratio',
      values: { ...ratios('LANDSCAPE_16_9', 'PORTRAIT_9_16'), AUTO: 'Auto' },
    },
    durationSeconds: { field: 'duration', as: 'number', values: [4, 6, 8], default: 8 },
    resolution: {
      field: 'resolution',
      values: { P720: '720p', P1080: '1080p', P2160: '4k' },
      default: 'P720',
    },
    // No seed: `seeds` left the schema between 2026-06 and 2026-10, although results still echo one.
  },
  text: { constants: { ...tierConstants(id), generation_type: 'TEXT_2_VIDEO' } },
  images: {
    FIRST_FRAME: {
      min: 1,
      max: 1,
      place: { list: 'image_urls' },
      constants: { ...tierConstants(id), ...frames },
    },
    FIRST_AND_LAST_FRAME: {
      min: 2,
      max: 2,
      place: { list: 'image_urls' },
      constants: { ...tierConstants(id), ...frames },
    },
    ...references,
  },
  price: { listedOn: '2026-10-08', per: 'video', credits },
  successor,
  typicalSeconds,
  freeOptions: { watermark: 'string', enable_translation: 'boolean', enableTranslation: 'boolean' },
});

/** Prompts in any language are promised; the documents disagree about the default. */
const tierConstants = (id: string) => ({ model: id, enable_translation: true });

const references = (id: string): { readonly REFERENCE: ImageForm } => ({
  REFERENCE: {
    min: 1,
    max: 3,
    place: { list: 'image_urls' },
    constants: { ...tierConstants(id), generation_type: 'REFERENCE_2_VIDEO' },
    inputs: { durationSeconds: { field: 'duration', as: 'number', values: [8], default: 8 } },
  },
});

/** Veo 3.1. A real fast clip took 61 s (2026-04) and 48 s (2026-10); quality is documented as 2 to 5 minutes. */
export const veo: readonly CatalogueEntry[] = [
  tier('veo3_fast', 'Veo 3.1 Fast', 60, { P720: 30, P1080: 37.5, P2160: 90 }, references('veo3_fast'), omni),
  tier(
    'veo3_lite',
    'Veo 3.1 Lite',
    50,
    { P720: 15, P1080: 22.5, P2160: 75 },
    references('veo3_lite'),
    'bytedance/seedance-2-fast',
  ),
  tier('veo3', 'Veo 3.1 Quality', 150, { P720: 225, P1080: 232.5, P2160: 285 }, {}, omni),
];
