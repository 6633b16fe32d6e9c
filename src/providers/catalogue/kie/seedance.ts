import { ratios, seconds, type CatalogueEntry, type ImageForm } from '../entry.ts';

const allRatios = ratios(
  'LANDSCAPE_16_9',
  'PORTRAIT_9_16',
  'SQUARE_1_1',
  'LANDSCAPE_4_3',
  'PORTRAIT_3_4',
  'LANDSCAPE_21_9',
);
const aspectRatio = { field: 'aspect_ratio', values: { ...allRatios, AUTO: 'adaptive' } };
const prompt = { field: 'prompt', maxLength: 20_000 };
/** Of the versions before 2.5. */
const promptOfThree = { ...prompt, minLength: 3 };
const audio = { field: 'generate_audio', default: true };
const small = { P480: '480p', P720: '720p' };

/** Frames and references exclude each other. */
const images = (mostReferences: number) => ({
  FIRST_FRAME: { min: 1, max: 1, place: { each: ['first_frame_url'] } },
  FIRST_AND_LAST_FRAME: { min: 2, max: 2, place: { each: ['first_frame_url', 'last_frame_url'] } },
  REFERENCE: { min: 1, max: mostReferences, place: { list: 'reference_image_urls' } },
});

/** Version 2, whose three sizes differ in resolutions and price alone. */
const version2 = {
  maker: 'ByteDance',
  inputs: {
    prompt: promptOfThree,
    audio,
    aspectRatio,
    durationSeconds: { field: 'duration', as: 'number', values: seconds(4, 15), default: 5 },
    resolution: { field: 'resolution', values: small, default: 'P720' },
  },
  text: {},
  images: images(9),
} as const satisfies Partial<CatalogueEntry>;

const listOfInputs: ImageForm['place'] = { list: 'input_urls' };

/**
 * Seedance. Fields: Kie docs as of 2026-10; prices: Kie's catalogue of 2026-10-01; times: real runs of 2026-10-05. The
 * prices of 2 Fast and 2 Mini are those after the offer that ended on 2026-10-07.
 */
export const seedance: readonly CatalogueEntry[] = [
  {
    id: 'bytedance/seedance-2-5',
    label: 'Seedance 2.5',
    maker: 'ByteDance',
    inputs: {
      prompt,
      audio,
      aspectRatio,
      durationSeconds: { field: 'duration', as: 'number', values: seconds(4, 30), default: 5 },
      resolution: { field: 'resolution', values: { ...small, P1080: '1080p' }, default: 'P720' },
    },
    text: {},
    images: images(30),
    price: { listedOn: '2026-10-01', per: 'second', credits: { P480: 28, P720: 63, P1080: 158 } },
    typicalSeconds: 365,
  },
  {
    ...version2,
    id: 'bytedance/seedance-2',
    label: 'Seedance 2',
    inputs: {
      ...version2.inputs,
      resolution: {
        field: 'resolution',
        values: { ...small, P1080: '1080p', P2160: '4k' },
        default: 'P720',
      },
    },
    price: { listedOn: '2026-10-01', per: 'second', credits: { P480: 19, P720: 41, P1080: 102, P2160: 208 } },
    typicalSeconds: 175,
  },
  {
    ...version2,
    id: 'bytedance/seedance-2-fast',
    label: 'Seedance 2 Fast',
    price: { listedOn: '2026-10-08', per: 'second', credits: { P480: 15.5, P720: 33 } },
    typicalSeconds: 190,
  },
  {
    ...version2,
    id: 'bytedance/seedance-2-mini',
    label: 'Seedance 2 Mini',
    price: { listedOn: '2026-10-08', per: 'second', credits: { P480: 9.5, P720: 20.5 } },
    typicalSeconds: 184,
  },
  {
    id: 'bytedance/seedance-1.5-pro',
    label: 'Seedance 1.5 Pro',
    maker: 'ByteDance',
    inputs: {
      prompt: promptOfThree,
      // Its documented default changed between 2026-06 and 2026-10: it is always sent.
      audio,
      aspectRatio: { field: 'aspect_ratio', values: allRatios },
      durationSeconds: { field: 'duration', as: 'number', values: seconds(4, 12), default: 8 },
      resolution: { field: 'resolution', values: { ...small, P1080: '1080p' }, default: 'P720' },
    },
    text: {},
    images: {
      FIRST_FRAME: { min: 1, max: 1, place: listOfInputs },
      FIRST_AND_LAST_FRAME: { min: 2, max: 2, place: listOfInputs },
    },
    price: {
      listedOn: '2026-10-01',
      per: 'second',
      credits: {
        P480: { silent: 1.75, sound: 3.5 },
        P720: { silent: 3.5, sound: 7 },
        P1080: { silent: 7.5, sound: 15 },
      },
    },
    typicalSeconds: 102,
  },
];
