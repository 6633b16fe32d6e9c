import type { Model, Provider } from '../api/queries.ts';
import type { Draft } from './draft.ts';

type Use = Model['imageUseLimits'][number];

/** The provider and model selected by a draft. */
export interface Maker {
  readonly provider: Provider;
  readonly model: Model;
}

/** The provider and model of the draft, or those that the server prefers. Null if none is configured. */
export function makerOf(providers: readonly Provider[], draft: Draft): Maker | null {
  const usable = providers.filter(({ configured, models }) => configured && models.length > 0);
  const provider = usable.find(({ name }) => name === draft.provider) ?? usable[0];
  const model = provider?.models.find(({ id }) => id === draft.model) ?? provider?.models[0];
  return provider === undefined || model === undefined ? null : { provider, model };
}

/** The use that the model has for that number of images; null if it has none, or for no images. */
export function useOfImages(model: Model, count: number, imagesAs: Draft['imagesAs']): Use | null {
  if (count === 0) return null;
  const uses = model.imageUseLimits.filter(({ use }) => imagesAs === 'AUTO' || use === imagesAs);
  return uses.find(({ min, max }) => count >= min && count <= max) ?? null;
}

/** Maximum number of images that the model supports. */
export const mostImages = (model: Model): number =>
  Math.max(0, ...model.imageUseLimits.map(({ max }) => max));

/** True if the model supports that number of images for any use. */
export const takesImages = (model: Model, count: number): boolean =>
  count === 0 || useOfImages(model, count, 'AUTO') !== null;

/** Durations in seconds that the model supports for the draft. */
export function durationsOf(model: Model, draft: Draft): readonly number[] {
  const ofUse = useOfImages(model, draft.images.length, draft.imagesAs)?.durations ?? model.durations;
  const size = draft.resolution ?? model.defaultResolution;
  const atSize = model.resolutionLimits.find(({ resolution }) => resolution === size)?.durations;
  return ofUse.filter((duration) => atSize?.includes(duration) ?? true);
}

/** Resolutions that the model supports for the draft. */
export const resolutionsOf = (model: Model, draft: Draft): Model['resolutions'] =>
  useOfImages(model, draft.images.length, draft.imagesAs)?.resolutions ?? model.resolutions;

/** Aspect ratios that the model supports for the draft. */
export const aspectRatiosOf = (model: Model, draft: Draft): Model['aspectRatios'] =>
  useOfImages(model, draft.images.length, draft.imagesAs)?.aspectRatios ?? model.aspectRatios;

/**
 * Replaces every choice that the model does not support by the nearest supported one, so that the form never shows an
 * impossible combination. Text and images of the user are kept.
 */
export function settle(providers: readonly Provider[], draft: Draft): Draft {
  const maker = makerOf(providers, draft);
  if (maker === null) return draft;
  const { provider, model } = maker;
  const count = draft.images.length;
  const imagesAs = useOfImages(model, count, draft.imagesAs) === null ? 'AUTO' : draft.imagesAs;
  const duration = draft.durationSeconds ?? model.defaultDuration;
  const resolutions = resolutionsOf(model, { ...draft, imagesAs });
  const size = draft.resolution ?? model.defaultResolution;
  const resolution = resolutions.includes(size) ? size : model.defaultResolution;
  const durations = durationsOf(model, { ...draft, imagesAs, resolution });
  const ratios = aspectRatiosOf(model, { ...draft, imagesAs });
  return {
    ...draft,
    provider: provider.name,
    model: model.id,
    imagesAs,
    negativePrompt: model.acceptsNegativePrompt ? draft.negativePrompt : '',
    seed: model.acceptsSeed ? draft.seed : '',
    audio: model.audio === 'OPTIONAL' ? draft.audio : null,
    aspectRatio: ratios.includes(draft.aspectRatio) ? draft.aspectRatio : (ratios[0] ?? draft.aspectRatio),
    durationSeconds:
      [duration, model.defaultDuration].find((length) => durations.includes(length)) ??
      durations.at(-1) ??
      duration,
    resolution,
  };
}
