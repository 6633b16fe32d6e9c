import { selectModel, type GenerateVideoInput } from '../../../src/domain/selection.ts';
import {
  usesOf,
  type ImageUseLimits,
  type NamedImageUse,
  type VideoModel,
} from '../../../src/domain/video-model.ts';
import { sentOptions } from '../../../src/domain/selection/unlisted-model.ts';
import { openSpec } from '../../../src/domain/video-task.ts';
import type { ProviderOffer } from '../../../src/domain/provider-offer.ts';
import { kieEntries } from '../../../src/providers/catalogue/kie/kie-entries.ts';
import { entryNamed } from '../../../src/providers/catalogue/model-of-entry.ts';
import { createRequest } from '../../../src/providers/kie/submit/create-body.ts';
import { kieModels } from '../../../src/providers/kie/models.ts';

/** An input of a caller in which every choice is made. */
export const blankInput: GenerateVideoInput = {
  ...openSpec,
  provider: null,
  model: null,
  prompt: 'A ring turns',
  referenceImages: [],
  aspectRatio: 'LANDSCAPE_16_9',
};

/** Kie as selection sees it. */
export const kieOffer: ProviderOffer = {
  name: 'KIE',
  label: 'Kie.ai',
  usdPerCredit: 0.005,
  models: kieModels,
  acceptsOtherModels: true,
  price: () => null,
  reservedOptions: () => new Set(),
  freeOptions: () => new Map(),
};

const imagesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ url: `https://a.example/${index}.png`, uploadId: null }));

/** Every input that a model says it can do: each ratio, length, resolution and sound with each use and number of images. */
export function* combinations(model: VideoModel): Generator<GenerateVideoInput> {
  const uses: (readonly [NamedImageUse, ImageUseLimits] | null)[] = usesOf(model);
  if (!model.requiresImages) uses.unshift(null);
  for (const use of uses) {
    const { min, max, durations, resolutions, aspectRatios } = use?.[1] ?? { min: 0, max: 0 };
    for (let count = min; count <= max; count += 1) {
      for (const resolution of resolutions ?? model.resolutions) {
        for (const durationSeconds of durations ?? model.durations) {
          if (model.durationsAt?.[resolution]?.includes(durationSeconds) === false) continue;
          for (const aspectRatio of aspectRatios ?? model.aspectRatios) {
            for (const audio of model.audio === 'OPTIONAL' ? [true, false] : [null]) {
              // The others do not depend on each other: both of their forms with every length.
              const isOdd = durationSeconds % 2 === 1;
              yield {
                ...blankInput,
                model: model.id,
                referenceImages: imagesOf(count),
                imagesAs: use?.[0] ?? 'AUTO',
                resolution,
                durationSeconds,
                aspectRatio,
                audio,
                negativePrompt: model.acceptsNegativePrompt && isOdd ? 'blur' : null,
                seed: model.acceptsSeed && isOdd ? 7 : null,
              };
            }
          }
        }
      }
    }
  }
}

/** The request of an input, or the errors that it is refused with. */
export function bodyOf(input: GenerateVideoInput) {
  const selected = selectModel(input, [kieOffer], Date.now());
  if (selected.kind === 'impossible') return selected;
  const { model, imagesAs, aspectRatio, durationSeconds, resolution } = selected.selection;
  const { referenceImages, provider: _, ...given } = input;
  const request = {
    ...given,
    prompt: given.prompt ?? '',
    model,
    imagesAs,
    aspectRatio,
    durationSeconds,
    resolution,
    providerOptions: sentOptions(given.providerOptions),
    images: [],
    callbackUrl: null,
  };
  const urls = referenceImages.flatMap(({ url }) => url ?? []);
  const { body } = createRequest('jobs', entryNamed(kieEntries, model), request, urls);
  return {
    kind: 'sent',
    selection: selected.selection,
    body: body as { model: string; input: Record<string, unknown> },
  } as const;
}
