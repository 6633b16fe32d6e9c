import type { OptionType } from '../../../domain/provider-offer.ts';
import { resolutions, type JsonObject, type Resolution } from '../../../domain/video-task.ts';
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { fieldsOfEntry } from '../../catalogue/request-of-entry.ts';

/** Fields that Reelay sets itself for every model, and other names for them. */
const alwaysReserved = [
  'prompt',
  'model',
  'n',
  'count',
  'sample_count',
  'n_videos',
  'num_videos',
  'number_of_videos',
  'callback',
  'callback_url',
  'webhook',
  'webhook_url',
  'storage',
  'storage_uri',
  'storage_url',
];

/** Fields that the input of a listed model is sent in, and other names for them. */
const reservedOfListed = [
  'image',
  'image_url',
  'image_urls',
  'images',
  'generation_type',
  'aspect_ratio',
  'duration',
  'duration_seconds',
  'resolution',
  'seed',
  'seeds',
  'first_frame',
  'first_frame_url',
  'last_frame',
  'last_frame_url',
  'reference_image_urls',
];

/**
 * Names that `providerOptions` cannot set with a model. Of a model that is not listed only the prompt is sent, so
 * everything else about its video is the caller's to name.
 */
export function reservedOptions(entry: CatalogueEntry | null): ReadonlySet<string> {
  return new Set(
    entry === null ? alwaysReserved : [...alwaysReserved, ...reservedOfListed, ...fieldsOfEntry(entry)],
  );
}

/** The options that the operator's price of a model that is not listed depends on. */
const pricedOptions = new Map([
  ['duration', ['number', 'string']],
  ['resolution', ['string']],
] as const);

/**
 * Options that are known not to change what a video costs, or that its price is known by.
 *
 * @param isPricedByOperator whether the operator has named a price of the model
 */
export function freeOptions(
  entry: CatalogueEntry | null,
  isPricedByOperator: boolean,
): ReadonlyMap<string, readonly OptionType[]> {
  if (entry !== null) {
    return new Map(Object.entries(entry.freeOptions ?? {}).map(([name, type]) => [name, [type]]));
  }
  return isPricedByOperator ? pricedOptions : new Map();
}

/**
 * The length and the resolution that options ask for, as the market's models mostly spell them. Null where one of them is
 * given and not understood: what such a video costs is not known.
 */
export function settingsInOptions(options: JsonObject | null): {
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
} | null {
  const { duration = null, resolution = null } = options ?? {};
  const seconds = typeof duration === 'string' ? Number(duration) : duration;
  const isLength = typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0;
  const size =
    typeof resolution === 'string'
      ? resolutions.find((name) => spellings[name].includes(resolution.toLowerCase()))
      : undefined;
  return (duration === null || isLength) && (resolution === null || size !== undefined)
    ? { durationSeconds: isLength ? seconds : null, resolution: size ?? null }
    : null;
}

const spellings: Readonly<Record<Resolution, readonly string[]>> = {
  P360: ['360p'],
  P480: ['480p'],
  P540: ['540p'],
  P720: ['720p'],
  P768: ['768p'],
  P1080: ['1080p'],
  P1440: ['1440p', '2k'],
  P2160: ['2160p', '4k'],
};
