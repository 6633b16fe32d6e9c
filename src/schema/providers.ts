import type { VideoProvider } from '../providers/provider.ts';
import { readRetiredModels } from '../commands/retired-models.ts';
import { registry } from '../providers/registry.ts';
import { nearestSettings } from '../domain/selection.ts';
import { defaultSettings, usesOf, type VideoModel } from '../domain/video-model.ts';
import type { AspectRatio, ImageUse, ProviderName, Resolution } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';

/** A model and the provider that offers it: prices are the provider's. */
interface OfferedModel {
  readonly model: VideoModel;
  readonly provider: VideoProvider;
  /** The time at which the provider refused it as no longer offered; null: it has not. */
  readonly refusedAt: number | null;
}

/** A provider that this server uses, or could use. */
interface Listed {
  readonly name: ProviderName;
  readonly label: string;
  readonly provider: VideoProvider | null;
}

/** One use of images with all of its limits. */
interface UseLimits {
  readonly use: ImageUse;
  readonly model: string;
  readonly min: number;
  readonly max: number;
  readonly durations: readonly number[];
  readonly resolutions: readonly Resolution[];
  readonly aspectRatios: readonly AspectRatio[];
}

const limitsOf = (model: VideoModel): UseLimits[] =>
  usesOf(model).map(([use, { min, max, model: name, durations, resolutions, aspectRatios }]) => ({
    use,
    model: name ?? model.id,
    min,
    max,
    durations: durations ?? model.durations,
    resolutions: resolutions ?? model.resolutions,
    aspectRatios: aspectRatios ?? model.aspectRatios,
  }));

/** `providers`. */
export function declareProviders(builder: Builder, enums: Enums, Cost: CostRef): void {
  const ImageUseLimits = builder.objectRef<UseLimits>('ImageUseLimits').implement({
    description: 'The limits of a model for one use of images.',
    fields: (t) => ({
      use: t.expose('use', { type: enums.ImageUse, description: 'The value for `input.imagesAs`.' }),
      model: t.exposeString('model', {
        description: 'The name of the model as it is sent for this use, which `VideoTask.model` has.',
      }),
      min: t.exposeInt('min', { description: 'The minimum number of images.' }),
      max: t.exposeInt('max', { description: 'The maximum number of images.' }),
      durations: t.intList({
        description: 'The possible lengths of videos with this use, in seconds.',
        resolve: ({ durations }) => [...durations],
      }),
      resolutions: t.field({
        type: [enums.Resolution],
        description: 'The possible resolutions with this use.',
        resolve: ({ resolutions }) => [...resolutions],
      }),
      aspectRatios: t.field({
        type: [enums.AspectRatio],
        description:
          'The possible aspect ratios with this use; AUTO alone if the video has that of the image.',
        resolve: ({ aspectRatios }) => [...aspectRatios],
      }),
    }),
  });
  const ResolutionLimits = builder
    .objectRef<{ resolution: Resolution; durations: readonly number[] }>('ResolutionLimits')
    .implement({
      description: 'The limits of a model at one resolution.',
      fields: (t) => ({
        resolution: t.expose('resolution', { type: enums.Resolution, description: 'The resolution.' }),
        durations: t.intList({
          description: 'The possible lengths of videos at this resolution, in seconds.',
          resolve: ({ durations }) => [...durations],
        }),
      }),
    });
  const Model = builder.objectRef<OfferedModel>('VideoModel').implement({
    description: 'The capabilities of a model. Input beyond them is refused before anything is sent.',
    fields: (t) => ({
      id: t.id({ description: 'The value for `input.model`.', resolve: ({ model }) => model.id }),
      label: t.string({ description: 'The display name.', resolve: ({ model }) => model.label }),
      maker: t.string({
        description: 'The company that makes the model, for grouping.',
        resolve: ({ model }) => model.maker,
      }),
      aspectRatios: t.field({
        type: [enums.AspectRatio],
        description: 'The supported aspect ratios.',
        resolve: ({ model }) => [...model.aspectRatios],
      }),
      durations: t.intList({
        description: 'The possible lengths of videos, in seconds.',
        resolve: ({ model }) => [...model.durations],
      }),
      resolutions: t.field({
        type: [enums.Resolution],
        description: 'The supported resolutions.',
        resolve: ({ model }) => [...model.resolutions],
      }),
      imageUses: t.field({
        type: [enums.ImageUse],
        description: 'The supported uses of reference images, in the order in which AUTO selects.',
        resolve: ({ model }) => usesOf(model).map(([use]) => use),
      }),
      imageUseLimits: t.field({
        type: [ImageUseLimits],
        description: 'The same uses, each with its limits.',
        resolve: ({ model }) => limitsOf(model),
      }),
      resolutionLimits: t.field({
        type: [ResolutionLimits],
        description:
          'The resolutions that are possible with some of the lengths only. Empty for most models.',
        resolve: ({ model }) =>
          model.resolutions.flatMap((resolution) => {
            const durations = model.durationsAt?.[resolution];
            return durations === undefined ? [] : [{ resolution, durations }];
          }),
      }),
      defaultDuration: t.int({
        description: 'The length without `input.durationSeconds`, in seconds.',
        resolve: ({ model }) => model.defaultDuration,
      }),
      defaultResolution: t.field({
        type: enums.Resolution,
        description: 'The resolution without `input.resolution`.',
        resolve: ({ model }) => model.defaultResolution,
      }),
      maxReferenceImages: t.int({
        description: 'The maximum number of reference images; 0 if the model supports none.',
        resolve: ({ model }) => Math.max(0, ...Object.values(model.imageUses).map(({ max }) => max)),
      }),
      price: t.field({
        type: Cost,
        nullable: true,
        description:
          'The price of a video with the default settings, or with these: a setting that the model does not support ' +
          'counts as its default. Null where no price is known.',
        args: {
          durationSeconds: t.arg.int({ description: 'The length in whole seconds.' }),
          resolution: t.arg({ type: enums.Resolution, description: 'The resolution.' }),
          audio: t.arg.boolean({ description: 'Whether the video has sound.' }),
          imageCount: t.arg.int({ description: 'The number of reference images.' }),
        },
        resolve: ({ model, provider }, { durationSeconds, resolution, audio, imageCount }) => {
          const settings = nearestSettings(model, {
            ...defaultSettings,
            durationSeconds: durationSeconds ?? null,
            resolution: resolution ?? null,
            audio: audio ?? null,
            imageCount: imageCount ?? 0,
          });
          const price = provider.price(model.id, settings);
          return price === null ? null : { amount: price.usd, credits: price.credits, settled: false };
        },
      }),
      pricedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'The time at which `price` was last found in the price list of the provider; null where no price is known.',
        resolve: ({ model, provider }) => provider.pricedAt?.(model.id) ?? model.pricedAt,
      }),
      audio: t.field({
        type: enums.AudioSupport,
        description: 'Whether videos have sound, or `input.audio` decides.',
        resolve: ({ model }) => model.audio,
      }),
      defaultAudio: t.boolean({
        description: 'Whether a video has sound without `input.audio`.',
        resolve: ({ model }) => model.defaultAudio,
      }),
      acceptsNegativePrompt: t.boolean({
        description: 'Whether `input.negativePrompt` is supported.',
        resolve: ({ model }) => model.acceptsNegativePrompt,
      }),
      acceptsSeed: t.boolean({
        description: 'Whether `input.seed` is supported.',
        resolve: ({ model }) => model.acceptsSeed,
      }),
      requiresImages: t.boolean({
        description: 'Whether the model makes no video from text alone.',
        resolve: ({ model }) => model.requiresImages,
      }),
      maxPromptLength: t.int({
        nullable: true,
        description: 'The maximum length of the prompt as sent, in characters; null where it is not known.',
        resolve: ({ model }) => model.maxPromptLength,
      }),
      successRate: t.float({
        nullable: true,
        description:
          'The share of videos that succeeded over the last day, 0 to 1; null where it is not known.',
        resolve: ({ model, provider }) => provider.successRate?.(model.id) ?? null,
      }),
      successor: t.id({
        nullable: true,
        description: 'The model to use instead of a retired one.',
        resolve: ({ model }) => model.successor,
      }),
      typicalSeconds: t.float({
        nullable: true,
        description: 'The typical generation time; null where it is unknown.',
        resolve: ({ model }) => model.typicalSeconds,
      }),
      retiredAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'The time from which the model is no longer offered: as announced, or as its provider first refused it; null while it is offered.',
        resolve: ({ model, refusedAt }) => model.retiredAt ?? refusedAt,
      }),
    }),
  });
  const Provider = builder.objectRef<Listed>('Provider').implement({
    description: 'A provider of video generation.',
    fields: (t) => ({
      name: t.expose('name', { type: enums.ProviderName, description: 'The value for `input.provider`.' }),
      label: t.exposeString('label', { description: 'The display name.' }),
      configured: t.boolean({
        description:
          'Whether this server can use the provider: it has credentials, and PROVIDERS does not exclude it.',
        resolve: ({ provider }) => provider !== null,
      }),
      health: t.field({
        type: enums.ProviderHealth,
        description: 'The availability in the last minutes.',
        resolve: ({ name }, _args, { health }) => health(name),
      }),
      keyRefused: t.boolean({
        description:
          "Whether the provider refuses this server's key: it is `DOWN`, and new tasks fail, until the operator replaces the key.",
        resolve: ({ name }, _args, { isKeyRefused }) => isKeyRefused(name),
      }),
      credits: t.float({
        nullable: true,
        description:
          "The balance of the account in the provider's own unit, at most a minute old; null where it is unknown.",
        resolve: ({ provider }) => provider?.credits() ?? null,
      }),
      pollIntervalSeconds: t.float({
        description:
          'The base interval between two checks of a task without callbacks; 0 if the provider is not configured.',
        resolve: ({ provider }) => (provider?.pollIntervalMs ?? 0) / 1000,
      }),
      models: t.field({
        type: [Model],
        description: 'The models; the first is the default. Empty if the provider is not configured.',
        resolve: async ({ provider }, _args, { store }) => {
          if (provider === null) return [];
          const retired = await readRetiredModels(store.providerFacts, provider.name);
          return provider.models.map((model) => ({
            model,
            provider,
            refusedAt: retired.get(model.id) ?? null,
          }));
        },
      }),
    }),
  });
  builder.queryField('providers', (t) =>
    t.field({
      type: [Provider],
      description:
        'The configured providers in order of preference, then the others that this server supports.',
      resolve: (_root, _args, { providers }) => [
        ...providers.map((provider) => ({ name: provider.name, label: provider.label, provider })),
        ...others.filter(({ name }) => providers.every((configured) => configured.name !== name)),
      ],
    }),
  );
}

const others: readonly Listed[] = registry.map(({ name, label }) => ({ name, label, provider: null }));
