import { message, type Wording } from './messages.ts';
import type { ProviderOffer } from './provider-offer.ts';
import { useOfImages } from './selection/image-use.ts';
import { defaultReason, listedModel, retiredErrors } from './selection/open-choices.ts';
import { passThrough } from './selection/unlisted-model.ts';
import {
  modelNamed,
  usesOf,
  type ChosenSettings,
  type PricedSettings,
  type VideoModel,
} from './video-model.ts';
import type { AspectRatio, ImageUse, ProviderName, Resolution, VideoSpec } from './video-task.ts';
import { impossibleValue, notTaken, unsupported, type UserError } from './user-errors/user-error.ts';

/** An image as a caller names it: exactly one of the two. */
export interface ImageInput {
  readonly url: string | null;
  readonly uploadId: string | null;
}

/** The input of a caller, before any default of a provider. */
export interface GenerateVideoInput extends Omit<
  VideoSpec,
  'model' | 'prompt' | 'frameLength' | 'referenceImages'
> {
  readonly provider: ProviderName | null;
  readonly model: string | null;
  readonly prompt: string | null;
  readonly referenceImages: readonly ImageInput[];
}

/** An input with every choice made: provider, model and options. */
export interface Selection<Provider extends ProviderOffer> {
  readonly provider: Provider;
  /** The provider's name of it for this use of images. */
  readonly model: string;
  /** Null for a model that is passed through by name: what it can do and costs is not known here. */
  readonly knownModel: VideoModel | null;
  readonly imagesAs: ImageUse;
  readonly aspectRatio: AspectRatio;
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
}

/** The selection, or every reason why the input is not possible. */
export type SelectionResult<Provider extends ProviderOffer> =
  | {
      readonly kind: 'selected';
      readonly selection: Selection<Provider>;
      /** How the choices were made that the input left open; null where it left none. */
      readonly reason: Wording | null;
    }
  | { readonly kind: 'impossible'; readonly userErrors: readonly UserError[] };

/**
 * Chooses the first provider, in the operator's order, that can do the input, or returns the reasons why none can.
 *
 * @param now milliseconds since 1970: a model may be over by then
 */
export function selectModel<Provider extends ProviderOffer>(
  input: GenerateVideoInput,
  providers: readonly Provider[],
  now: number,
): SelectionResult<Provider> {
  const candidates =
    input.provider === null
      ? thatList(input.model, providers)
      : providers.filter(({ name }) => name === input.provider);
  const results = candidates.map((provider) => selectWith(provider, input, now));
  const selected = results.find((result) => result.kind === 'selected');
  if (selected !== undefined)
    return { ...selected, reason: defaultReason(input, selected.selection, candidates) };
  return results[0] ?? { kind: 'impossible', userErrors: [notConfigured(input.provider, providers)] };
}

/** The error of a provider that is not configured; null: none is. */
export function notConfigured(provider: ProviderName | null, providers: readonly ProviderOffer[]): UserError {
  const available = providers.map(({ name }) => name).join(', ');
  return {
    code: 'PROVIDER_NOT_CONFIGURED',
    message: `${provider ?? 'No provider'} is not configured on this server. Available: ${available}.`,
    reason: message('PROVIDER_NOT_CONFIGURED', { provider, available }),
    field: ['input', 'provider'],
  };
}

/** The providers that list a model, or all if none does. */
function thatList<Provider extends ProviderOffer>(
  model: string | null,
  providers: readonly Provider[],
): readonly Provider[] {
  const listing = providers.filter(({ models }) => model !== null && modelNamed(models, model) !== undefined);
  return listing.length > 0 ? listing : providers;
}

function selectWith<Provider extends ProviderOffer>(
  provider: Provider,
  input: GenerateVideoInput,
  now: number,
): SelectionResult<Provider> {
  const model = listedModel(provider.models, input.model, now);
  const userErrors = reservedErrors(provider, model?.id ?? input.model ?? '', input);
  if (model === undefined) {
    const unlisted = passThrough(provider, input);
    userErrors.push(...unlisted.errors);
    return userErrors.length > 0 || unlisted.model === null
      ? { kind: 'impossible', userErrors }
      : {
          kind: 'selected',
          selection: { provider, knownModel: null, ...unlistedChoices, model: unlisted.model },
          reason: null,
        };
  }
  userErrors.push(...retiredErrors(provider, model, now));
  const { errors, ...choices } = fit(model, input);
  userErrors.push(...errors);
  return userErrors.length > 0
    ? { kind: 'impossible', userErrors }
    : { kind: 'selected', selection: { provider, knownModel: model, ...choices }, reason: null };
}

/** Choices that are stored of a model whose input is known to the caller alone. */
const unlistedChoices = {
  imagesAs: 'AUTO',
  aspectRatio: 'AUTO',
  durationSeconds: null,
  resolution: null,
} as const;

function reservedErrors(provider: ProviderOffer, model: string, input: GenerateVideoInput): UserError[] {
  const keys = Object.keys(input.providerOptions ?? {});
  if (keys.length === 0) return [];
  const own = new Set([...provider.reservedOptions(model)].map(bare));
  const reserved = keys.filter((key) => own.has(bare(key)));
  return reserved.map((key) => ({
    code: 'BAD_INPUT',
    message: `providerOptions cannot set "${key}": Reelay sets it itself. Use the input's own field for it.`,
    reason: message('OPTION_RESERVED', { option: key }),
    field: ['input', 'providerOptions', key],
  }));
}

/** A name whatever its case and its separators: `callBackUrl`, `callback_url` and `Callback-URL` are one. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Holds the input against what a model can do, and fills in the model's defaults. */
function fit(model: VideoModel, input: GenerateVideoInput) {
  const errors: UserError[] = [];
  const { label } = model;
  const use = useOfImages(model, input, errors);
  const imagesAs = use?.name ?? null;
  const how = imagesAs === null ? '' : ` with ${imagesAs} images`;
  const resolution = input.resolution ?? model.defaultResolution;
  const resolutions = use?.limits.resolutions ?? model.resolutions;
  if (!resolutions.includes(resolution)) {
    errors.push(
      impossibleValue(`${label} cannot do ${resolution}${how}`, {
        model: label,
        name: 'resolution',
        value: resolution,
        allowed: resolutions,
        imagesAs,
      }),
    );
  }
  if (input.seed !== null && !model.acceptsSeed) {
    errors.push(notTaken('seed', label, `${label} takes no seed`));
  } else if (input.seed !== null && input.seed < 0) {
    errors.push(
      impossibleValue(`${label} takes no negative seed`, {
        model: label,
        name: 'seed',
        value: input.seed,
        allowed: ['0 to 2147483647'],
      }),
    );
  }
  if (input.negativePrompt !== null && !model.acceptsNegativePrompt) {
    errors.push(notTaken('negativePrompt', label, `${label} takes no negative prompt`));
  }
  if (input.audio === true && model.audio === 'NEVER') {
    const reason = message('ALWAYS_SILENT', { model: label });
    errors.push(unsupported('audio', `${label} makes videos without sound. Allowed: false.`, reason));
  }
  if (input.audio === false && model.audio === 'ALWAYS') {
    const reason = message('ALWAYS_WITH_SOUND', { model: label });
    errors.push(unsupported('audio', `${label} makes videos with sound. Allowed: true.`, reason));
  }
  const aspectRatios = use?.limits.aspectRatios ?? model.aspectRatios;
  const aspectRatio = chosenAspectRatio(input.aspectRatio, aspectRatios);
  if (!aspectRatios.includes(aspectRatio)) {
    errors.push(
      impossibleValue(`${label} cannot do ${aspectRatio}${how}`, {
        model: label,
        name: 'aspectRatio',
        value: aspectRatio,
        allowed: aspectRatios,
        imagesAs,
      }),
    );
  }
  const allDurations = use?.limits.durations ?? model.durations;
  const atResolution = model.durationsAt?.[resolution];
  const durations = allDurations.filter((seconds) => atResolution?.includes(seconds) ?? true);
  const durationSeconds = input.durationSeconds ?? fallbackDuration(model, durations);
  if (!durations.includes(durationSeconds)) {
    const isByResolution = allDurations.includes(durationSeconds);
    const where = isByResolution ? ` at ${resolution}` : how;
    errors.push(
      impossibleValue(`${label} cannot do ${durationSeconds} seconds${where}`, {
        model: label,
        name: 'durationSeconds',
        value: durationSeconds,
        allowed: durations,
        ...(isByResolution ? { resolution } : { imagesAs }),
      }),
    );
  }
  return {
    errors,
    model: use?.limits.model ?? model.id,
    imagesAs: use?.name ?? input.imagesAs,
    aspectRatio,
    durationSeconds,
    resolution,
  };
}

/**
 * The ratio to ask for. 16:9 is what an input without a ratio has; where the video always has the ratio of its image, it
 * means that.
 */
const chosenAspectRatio = (given: AspectRatio, possible: readonly AspectRatio[]): AspectRatio =>
  given === 'LANDSCAPE_16_9' && possible.length === 1 && possible[0] === 'AUTO' ? 'AUTO' : given;

/** The durations of the model's videos with so many images, when their use is left to it. */
export function durationsWith(model: VideoModel, imageCount: number): readonly number[] {
  const use = usesOf(model).find(([, { min, max }]) => imageCount >= min && imageCount <= max);
  return use?.[1].durations ?? model.durations;
}

const fallbackDuration = (model: VideoModel, durations: readonly number[]): number =>
  durations.includes(model.defaultDuration)
    ? model.defaultDuration
    : (durations.at(-1) ?? model.defaultDuration);

/** The settings of a video of a model that come nearest to some: its default for each that it does not support. */
export function nearestSettings(model: VideoModel, wanted: PricedSettings): ChosenSettings {
  const { imageCount, audio } = wanted;
  const [imagesAs, limits] =
    usesOf(model).find(([, { min, max }]) => imageCount >= min && imageCount <= max) ?? [];
  const resolutions = limits?.resolutions ?? model.resolutions;
  const resolution =
    wanted.resolution !== null && resolutions.includes(wanted.resolution)
      ? wanted.resolution
      : model.defaultResolution;
  const durations = (limits?.durations ?? model.durations).filter(
    (seconds) => model.durationsAt?.[resolution]?.includes(seconds) ?? true,
  );
  return {
    ...wanted,
    imagesAs: imagesAs ?? 'AUTO',
    resolution,
    durationSeconds:
      wanted.durationSeconds !== null && durations.includes(wanted.durationSeconds)
        ? wanted.durationSeconds
        : fallbackDuration(model, durations),
    audio: model.audio === 'OPTIONAL' && audio !== null ? audio : model.defaultAudio,
  };
}
