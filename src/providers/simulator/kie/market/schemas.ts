import {
  type Field,
  flag,
  image,
  images,
  integer,
  integerText,
  list,
  number,
  oneOf,
  required,
  text,
} from './field.ts';

/** The input of one model: its fields, and what holds between them. */
export interface MarketSchema {
  readonly fields: Readonly<Record<string, Field>>;
  /** Groups of fields of which a request may have one alone. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Fields that need another one. */
  readonly needs?: Readonly<Record<string, string>>;
}

const wide = ['1:1', '4:3', '3:4', '16:9', '9:16', '21:9'];
const five = ['16:9', '9:16', '1:1', '4:3', '3:4'];
const frames = { first_frame_url: image, last_frame_url: image };
const framesOrReferences = [
  ['first_frame_url', 'last_frame_url'],
  ['reference_image_urls', 'reference_video_urls', 'reference_audio_urls'],
];
const lastNeedsFirst = { last_frame_url: 'first_frame_url' };
const seed = integer(0, 2_147_483_647);

const seedance = (mostReferences: number, longest: number, ...sizes: readonly string[]): MarketSchema => ({
  fields: {
    // Version 2.5 names no minimum.
    prompt: text(20_000, longest === 30 ? 0 : 3),
    ...frames,
    reference_image_urls: images(mostReferences),
    reference_video_urls: list,
    reference_audio_urls: list,
    aspect_ratio: oneOf(...wide, 'adaptive'),
    duration: integer(4, longest, -1),
    resolution: oneOf(...sizes),
    generate_audio: flag,
    return_last_frame: flag,
    web_search: flag,
    output_format: oneOf('mp4', 'mov'),
  },
  exclusive: framesOrReferences,
  needs: lastNeedsFirst,
});

const hailuo23: MarketSchema = {
  fields: {
    prompt: required(text(5000)),
    image_url: required(image),
    duration: oneOf('6', '10'),
    resolution: oneOf('768P', '1080P'),
  },
};

const h3 = (fields: Readonly<Record<string, Field>>): MarketSchema => ({
  fields: {
    prompt: required(text(7000)),
    duration: required(integer(4, 15)),
    resolution: oneOf('768P', '2K'),
    ...fields,
  },
});

const wan27 = (longest: number, fields: Readonly<Record<string, Field>>): MarketSchema => ({
  fields: {
    prompt: required(text(5000)),
    negative_prompt: text(500),
    resolution: oneOf('720p', '1080p'),
    duration: integer(2, longest),
    prompt_extend: flag,
    watermark: flag,
    seed,
    ...fields,
  },
});

const happyhorse = (fields: Readonly<Record<string, Field>>): MarketSchema => ({
  fields: {
    prompt: text(5000),
    resolution: oneOf('720p', '1080p'),
    duration: integer(3, 15),
    seed,
    ...fields,
  },
});

const pixverse = (fields: Readonly<Record<string, Field>>): MarketSchema => ({
  fields: {
    prompt: required(text(5000, 3)),
    quality: required(oneOf('360p', '540p', '720p', '1080p')),
    duration: required(integer(1, 15)),
    generate_audio_switch: flag,
    generate_multi_clip_switch: flag,
    seed,
    ...fields,
  },
});

/**
 * The inputs of market models as Kie's own schemas have them (Kie docs as of 2026-10, Hailuo as of 2026-06). Written down
 * apart from the catalogue, whose requests are held to this.
 */
export const marketSchemas: Readonly<Record<string, MarketSchema>> = {
  'bytedance/seedance-2-5': seedance(30, 30, '480p', '720p', '1080p'),
  'bytedance/seedance-2': seedance(9, 15, '480p', '720p', '1080p', '4k'),
  'bytedance/seedance-2-fast': seedance(9, 15, '480p', '720p'),
  'bytedance/seedance-2-mini': seedance(9, 15, '480p', '720p'),
  'bytedance/seedance-1.5-pro': {
    fields: {
      prompt: required(text(20_000, 3)),
      input_urls: images(2),
      aspect_ratio: required(oneOf(...wide)),
      duration: required(integer(4, 12)),
      resolution: oneOf('480p', '720p', '1080p'),
      generate_audio: flag,
      fixed_lens: flag,
    },
  },
  'kling-3.0/video': {
    fields: {
      prompt: text(2500),
      image_urls: images(2),
      sound: required(flag),
      duration: required(integerText(3, 15)),
      aspect_ratio: oneOf('16:9', '9:16', '1:1'),
      mode: required(oneOf('std', 'pro', '4K')),
      multi_shots: required(flag),
      multi_prompt: list,
      kling_elements: list,
    },
  },
  'kling/v3-turbo-text-to-video': {
    fields: {
      prompt: required(text(2500)),
      duration: required(integerText(3, 15)),
      resolution: required(oneOf('720p', '1080p')),
      aspect_ratio: required(oneOf('1:1', '9:16', '16:9')),
    },
  },
  'kling/v3-turbo-image-to-video': {
    fields: {
      prompt: required(text(2500)),
      image_urls: required(images(1)),
      duration: required(integerText(3, 15)),
      resolution: required(oneOf('720p', '1080p')),
    },
  },
  'kling-2.6/text-to-video': {
    fields: {
      prompt: required(text(2500)),
      sound: required(flag),
      aspect_ratio: required(oneOf('1:1', '16:9', '9:16')),
      duration: required(oneOf('5', '10')),
    },
  },
  'kling-2.6/image-to-video': {
    fields: {
      prompt: required(text(2500)),
      image_urls: required(images(1)),
      sound: required(flag),
      duration: required(oneOf('5', '10')),
    },
  },
  // Kie docs as of 2026-06; the page of the image model shows the string of another one.
  'kling/v2-5-turbo-text-to-video-pro': {
    fields: {
      prompt: required(text(2500)),
      duration: oneOf('5', '10'),
      aspect_ratio: oneOf('16:9', '9:16', '1:1'),
      negative_prompt: text(2500),
      cfg_scale: number(0, 1),
    },
  },
  'kling/v2-5-turbo-image-to-video-pro': {
    fields: {
      prompt: required(text(2500)),
      image_url: required(image),
      tail_image_url: image,
      duration: oneOf('5', '10'),
      negative_prompt: text(500),
      cfg_scale: number(0, 1),
    },
  },
  'wan/3-0-video': {
    fields: {
      prompt: text(20_000),
      ...frames,
      reference_image_urls: images(10),
      reference_video_urls: list,
      reference_audio_urls: list,
      resolution: oneOf('480P', '720P', '1080P'),
      aspect_ratio: oneOf('adaptive', '16:9', '4:3', '1:1', '3:4', '9:16'),
      duration: integer(2, 30, -1),
      audio: flag,
      seed,
    },
    exclusive: framesOrReferences,
    needs: lastNeedsFirst,
  },
  'wan/2-7-text-to-video': wan27(15, { ratio: oneOf(...five), audio_url: text(8192) }),
  'wan/2-7-image-to-video': wan27(15, {
    ...frames,
    first_clip_url: text(8192),
    driving_audio_url: text(8192),
  }),
  'wan/2-7-r2v': wan27(10, {
    reference_image: images(5),
    reference_video: list,
    first_frame: image,
    reference_voice: text(8192),
    aspect_ratio: oneOf(...five),
  }),
  'minimax-h3/text-to-video': h3({ aspect_ratio: required(oneOf(...wide)) }),
  'minimax-h3/image-to-video': h3(frames),
  'minimax-h3/reference-to-video': h3({
    reference_image_urls: images(9),
    reference_video_urls: list,
    reference_audio_urls: list,
    aspect_ratio: oneOf(...wide, 'adaptive'),
  }),
  'hailuo/2-3-image-to-video-standard': hailuo23,
  'hailuo/2-3-image-to-video-pro': hailuo23,
  'grok-imagine-video-1-5-preview': {
    fields: {
      prompt: text(4096),
      image_urls: images(7),
      aspect_ratio: oneOf('16:9', '9:16', '1:1', '3:2', '2:3', 'auto'),
      resolution: oneOf('480p', '720p', '1080p'),
      duration: integer(1, 15),
    },
  },
  'google/gemini-omni-flash-1-1': {
    fields: {
      prompt: required(text(20_000)),
      duration: required(oneOf('4', '6', '8', '10')),
      image_urls: images(7),
      ...frames,
      audio_ids: list,
      video_list: list,
      character_ids: list,
      aspect_ratio: oneOf('16:9', '9:16'),
      resolution: oneOf('360p', '720p', '1080p', '4k'),
      seed,
    },
    exclusive: [
      ['first_frame_url', 'last_frame_url'],
      ['image_urls', 'audio_ids', 'video_list', 'character_ids'],
    ],
    needs: lastNeedsFirst,
  },
  'pixverse-v6/text-to-video': pixverse({
    aspect_ratio: required(oneOf('16:9', '4:3', '1:1', '3:4', '9:16', '2:3', '3:2', '21:9')),
  }),
  'pixverse-v6/image-to-video': pixverse({ image_urls: required(images(2)) }),
  'pixverse-v6/transition': pixverse({
    first_frame_image_url: required(image),
    last_frame_image_url: required(image),
  }),
  'happyhorse-1-1/text-to-video': happyhorse({ aspect_ratio: oneOf(...five) }),
  'happyhorse-1-1/image-to-video': happyhorse({ image_urls: required(images(1)) }),
  'happyhorse-1-1/reference-to-video': happyhorse({
    reference_image: required(images(9)),
    aspect_ratio: oneOf(...five),
  }),
  runway: {
    fields: {
      prompt: required(text(1800)),
      image_url: image,
      duration: required(integer(5, 5, 10)),
      quality: required(oneOf('720p', '1080p')),
      aspect_ratio: oneOf('16:9', '4:3', '1:1', '3:4', '9:16'),
      watermark: text(100),
    },
  },
};

const allFields = new Set(Object.values(marketSchemas).flatMap(({ fields }) => Object.keys(fields)));

/** The first fault of the input of a model, in the order of its fields; null: nothing. */
export function whyRefused(schema: MarketSchema, input: Readonly<Record<string, unknown>>): string | null {
  const { fields, exclusive = [], needs = {} } = schema;
  for (const [name, field] of Object.entries(fields)) {
    const value = input[name];
    if (value === undefined && field.isRequired) return `${name} cannot be empty`;
    const wrong = value === undefined ? null : field.check(value);
    if (wrong !== null) return `${name} ${wrong}`;
  }
  // A field that no model has may be an option that is newer than this list.
  const foreign = Object.keys(input).find((name) => !(name in fields) && allFields.has(name));
  if (foreign !== undefined) return `${foreign} is not a field of this model`;
  const groups = exclusive.filter((group) => group.some((name) => input[name] !== undefined));
  if (groups.length > 1) return `${groups[0]?.[0]} and ${groups[1]?.[0]} exclude each other`;
  const missing = Object.entries(needs).find(([name, other]) => name in input && !(other in input));
  return missing === undefined ? null : `${missing[0]} needs ${missing[1]}`;
}

/** The images that an input names. */
export const imagesOf = (schema: MarketSchema, input: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(schema.fields).flatMap(([name, field]) => [...(field.images?.(input[name]) ?? [])]);
