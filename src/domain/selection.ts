import type { ProviderOffer } from './provider-offer.ts';
import type { ImageUseLimits, VideoModel } from './video-model.ts';
import type { ImageUse, ProviderName, Resolution, VideoSpec } from './video-task.ts';
import type { UserError } from './user-error.ts';

/** An image as a caller names it: exactly one of the two. */
export interface ImageInput {
  readonly url: string | null;
  readonly uploadId: string | null;
}

/** The input of a caller, before any default of a provider. */
export interface GenerateVideoInput extends Omit<VideoSpec, 'model' | 'prompt' | 'referenceImages'> {
  readonly provider: ProviderName | null;
  readonly model: string | null;
  readonly prompt: string | null;
  readonly referenceImages: readonly ImageInput[];
}

/** An input with every choice made: provider, model and options. */
export interface Selection<Provider extends ProviderOffer> {
  readonly provider: Provider;
  readonly model: string;
  /** Null for a model that is passed through by name: what it can do and costs is not known here. */
  readonly knownModel: VideoModel | null;
  readonly imagesAs: ImageUse;
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
}

/** The selection, or every reason why the input is not possible. */
export type SelectionResult<Provider extends ProviderOffer> =
  | { readonly kind: 'selected'; readonly selection: Selection<Provider> }
  | { readonly kind: 'impossible'; readonly userErrors: readonly UserError[] };

/** Chooses the first provider, in the operator's order, that can do the input, or returns the reasons why none can. */
export function selectModel<Provider extends ProviderOffer>(
  input: GenerateVideoInput,
  providers: readonly Provider[],
): SelectionResult<Provider> {
  const candidates =
    input.provider === null ? providers : providers.filter(({ name }) => name === input.provider);
  const results = candidates.map((provider) => selectWith(provider, input));
  return (
    results.find(({ kind }) => kind === 'selected') ??
    results[0] ?? {
      kind: 'impossible',
      userErrors: [
        {
          code: 'PROVIDER_NOT_CONFIGURED',
          message: `${input.provider ?? 'No provider'} is not configured on this server. Available: ${providers.map(({ name }) => name).join(', ')}.`,
          field: ['input', 'provider'],
        },
      ],
    }
  );
}

function selectWith<Provider extends ProviderOffer>(
  provider: Provider,
  input: GenerateVideoInput,
): SelectionResult<Provider> {
  const own = new Set([...provider.reservedOptions].map(bare));
  const reserved = Object.keys(input.providerOptions ?? {}).filter((key) => own.has(bare(key)));
  const userErrors: UserError[] = reserved.map((key) => ({
    code: 'BAD_INPUT',
    message: `providerOptions cannot set "${key}": Reelay sets it itself. Use the input's own field for it.`,
    field: ['input', 'providerOptions', key],
  }));
  const model =
    input.model === null ? provider.models[0] : provider.models.find(({ id }) => id === input.model);
  if (model === undefined) {
    if (input.model === null || !provider.acceptsOtherModels) {
      userErrors.push(
        unsupported(
          'model',
          `${provider.label} has no model "${input.model}"`,
          provider.models.map(({ id }) => id),
        ),
      );
      return { kind: 'impossible', userErrors };
    }
    if (userErrors.length > 0) return { kind: 'impossible', userErrors };
    const { imagesAs, durationSeconds, resolution } = input;
    return {
      kind: 'selected',
      selection: { provider, model: input.model, knownModel: null, imagesAs, durationSeconds, resolution },
    };
  }
  const { errors, ...choices } = fit(model, input);
  userErrors.push(...errors);
  return userErrors.length > 0
    ? { kind: 'impossible', userErrors }
    : { kind: 'selected', selection: { provider, model: model.id, knownModel: model, ...choices } };
}

/** A name whatever its case and its separators: `callBackUrl`, `callback_url` and `Callback-URL` are one. */
const bare = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Holds the input against what a model can do, and fills in the model's defaults. */
function fit(model: VideoModel, input: GenerateVideoInput) {
  const errors: UserError[] = [];
  if (!model.aspectRatios.includes(input.aspectRatio)) {
    errors.push(
      unsupported('aspectRatio', `${model.label} cannot do ${input.aspectRatio}`, model.aspectRatios),
    );
  }
  const resolution = input.resolution ?? model.defaultResolution;
  if (!model.resolutions.includes(resolution)) {
    errors.push(unsupported('resolution', `${model.label} cannot do ${resolution}`, model.resolutions));
  }
  if (input.seed !== null && !model.acceptsSeed) {
    errors.push(unsupported('seed', `${model.label} takes no seed`, []));
  }
  const use = useOfImages(model, input, errors);
  const durations = use?.limits.durations ?? model.durations;
  const durationSeconds = input.durationSeconds ?? fallbackDuration(model, durations);
  if (!durations.includes(durationSeconds)) {
    const how = use === null ? '' : ` with ${use.name} images`;
    errors.push(
      unsupported('durationSeconds', `${model.label} cannot do ${durationSeconds} seconds${how}`, durations),
    );
  }
  return { errors, imagesAs: use?.name ?? input.imagesAs, durationSeconds, resolution };
}

/** How long the model's videos may be with so many images, when their use is left to it. */
export function durationsWith(model: VideoModel, imageCount: number): readonly number[] {
  const use = Object.values(model.imageUses).find(({ min, max }) => imageCount >= min && imageCount <= max);
  return use?.durations ?? model.durations;
}

const fallbackDuration = (model: VideoModel, durations: readonly number[]): number =>
  durations.includes(model.defaultDuration)
    ? model.defaultDuration
    : (durations.at(-1) ?? model.defaultDuration);

/** Which use the images are put to. AUTO takes the first whose limits hold that many, in the model's own order. */
function useOfImages(model: VideoModel, input: GenerateVideoInput, errors: UserError[]) {
  const count = input.referenceImages.length;
  if (count === 0) {
    if (input.imagesAs !== 'AUTO') {
      errors.push(unsupported('imagesAs', `${input.imagesAs} requires images, and there are none`, []));
    }
    return null;
  }
  const uses = Object.entries(model.imageUses) as [Exclude<ImageUse, 'AUTO'>, ImageUseLimits][];
  const named = input.imagesAs === 'AUTO' ? uses : uses.filter(([name]) => name === input.imagesAs);
  const [name, limits] = named.find(([, { min, max }]) => count >= min && count <= max) ?? [];
  if (name !== undefined && limits !== undefined) return { name, limits };
  errors.push(
    named.length === 0
      ? unsupported(
          'imagesAs',
          `${model.label} cannot use images as ${input.imagesAs}`,
          uses.map(([use]) => use),
        )
      : unsupported(
          'referenceImages',
          `${model.label} cannot use ${count} image${count === 1 ? '' : 's'} as ${input.imagesAs}`,
          named.map(([use, { min, max }]) => `${use}: ${min === max ? min : `${min} to ${max}`}`),
        ),
  );
  return null;
}

function unsupported(field: string, what: string, allowed: readonly (string | number)[]): UserError {
  const instead = allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : ' Omit it.';
  return { code: 'UNSUPPORTED', message: `${what}.${instead}`, field: ['input', field] };
}
