import type { Model, Provider } from '../api/queries.ts';
import type { Draft } from './draft.ts';

/** The most images of one video. */
export const maxImages = 3;

type Use = Model['imageUseLimits'][number];

/** Who and what makes the video, as the draft stands. */
export interface Maker {
  readonly provider: Provider;
  readonly model: Model;
}

/** The provider and model that the draft names, or those that the server prefers. */
export function makerOf(providers: readonly Provider[], draft: Draft): Maker | null {
  const usable = providers.filter(({ configured, models }) => configured && models.length > 0);
  const provider = usable.find(({ name }) => name === draft.provider) ?? usable[0];
  const model = provider?.models.find(({ id }) => id === draft.model) ?? provider?.models[0];
  return provider === undefined || model === undefined ? null : { provider, model };
}

/** How the model would use that many images; null when it cannot, or when there are none. */
export function useOfImages(model: Model, count: number, imagesAs: Draft['imagesAs']): Use | null {
  if (count === 0) return null;
  const uses = model.imageUseLimits.filter(({ use }) => imagesAs === 'AUTO' || use === imagesAs);
  return uses.find(({ min, max }) => count >= min && count <= max) ?? null;
}

/** How many images the model takes at most. */
export const mostImages = (model: Model): number =>
  Math.min(maxImages, Math.max(0, ...model.imageUseLimits.map(({ max }) => max)));

/** Whether some use of the model takes that many images. */
export const takesImages = (model: Model, count: number): boolean =>
  count === 0 || useOfImages(model, count, 'AUTO') !== null;

/** How long videos may be as the draft stands. */
export const durationsOf = (model: Model, draft: Draft): readonly number[] =>
  useOfImages(model, draft.images.length, draft.imagesAs)?.durations ?? model.durations;

/**
 * Moves every choice that became impossible to the nearest possible one, so that an impossible combination is never
 * on the screen. The person's texts and images stay.
 */
export function settle(providers: readonly Provider[], draft: Draft): Draft {
  const maker = makerOf(providers, draft);
  if (maker === null) return draft;
  const { provider, model } = maker;
  const count = draft.images.length;
  const imagesAs = useOfImages(model, count, draft.imagesAs) === null ? 'AUTO' : draft.imagesAs;
  const durations = durationsOf(model, { ...draft, imagesAs });
  const wanted = draft.durationSeconds ?? model.defaultDuration;
  const resolution = draft.resolution ?? model.defaultResolution;
  return {
    ...draft,
    provider: provider.name,
    model: model.id,
    imagesAs,
    aspectRatio: model.aspectRatios.includes(draft.aspectRatio)
      ? draft.aspectRatio
      : (model.aspectRatios[0] ?? draft.aspectRatio),
    durationSeconds: durations.includes(wanted) ? wanted : (durations.at(-1) ?? wanted),
    resolution: model.resolutions.includes(resolution) ? resolution : model.defaultResolution,
  };
}
