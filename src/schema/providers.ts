import type { VideoProvider } from '../providers/provider.ts';
import type { VideoModel } from '../domain/video-model.ts';
import type { ImageUse, ProviderName } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';

/** A model is asked about together with who offers it: prices are the provider's. */
interface OfferedModel {
  readonly model: VideoModel;
  readonly provider: VideoProvider;
}

/** One that this server uses, or could use. */
interface Listed {
  readonly name: ProviderName;
  readonly label: string;
  readonly provider: VideoProvider | null;
}

/** One use of images with all of its limits. */
interface UseLimits {
  readonly use: ImageUse;
  readonly min: number;
  readonly max: number;
  readonly durations: readonly number[];
}

const limitsOf = (model: VideoModel): UseLimits[] =>
  Object.entries(model.imageUses).map(([use, { min, max, durations }]) => ({
    use: use as ImageUse,
    min,
    max,
    durations: durations ?? model.durations,
  }));

/** `providers`. */
export function declareProviders(builder: Builder, enums: Enums, Cost: CostRef): void {
  const ImageUseLimits = builder.objectRef<UseLimits>('ImageUseLimits').implement({
    description: 'What a model holds to when it uses images in one way.',
    fields: (t) => ({
      use: t.expose('use', { type: enums.ImageUse, description: 'The name for `input.imagesAs`.' }),
      min: t.exposeInt('min', { description: 'How many images it takes at least.' }),
      max: t.exposeInt('max', { description: 'How many images it takes at most.' }),
      durations: t.intList({
        description: 'How long its videos may be then, in seconds.',
        resolve: ({ durations }) => [...durations],
      }),
    }),
  });
  const Model = builder.objectRef<OfferedModel>('VideoModel').implement({
    description: 'What one model can do. Anything else is refused before anything is sent.',
    fields: (t) => ({
      id: t.id({ description: 'The name for `input.model`.', resolve: ({ model }) => model.id }),
      label: t.string({ description: 'The name for people.', resolve: ({ model }) => model.label }),
      aspectRatios: t.field({
        type: [enums.AspectRatio],
        description: 'Which ratios it makes.',
        resolve: ({ model }) => [...model.aspectRatios],
      }),
      durations: t.intList({
        description: 'How long its videos may be, in seconds.',
        resolve: ({ model }) => [...model.durations],
      }),
      resolutions: t.field({
        type: [enums.Resolution],
        description: 'Which resolutions it makes.',
        resolve: ({ model }) => [...model.resolutions],
      }),
      imageUses: t.field({
        type: [enums.ImageUse],
        description: 'What it can use reference images for, in the order in which AUTO chooses.',
        resolve: ({ model }) => Object.keys(model.imageUses) as (keyof VideoModel['imageUses'])[],
      }),
      imageUseLimits: t.field({
        type: [ImageUseLimits],
        description: 'The same uses, each with how many images and which durations it takes.',
        resolve: ({ model }) => limitsOf(model),
      }),
      defaultDuration: t.int({
        description: 'What it makes without `input.durationSeconds`, in seconds.',
        resolve: ({ model }) => model.defaultDuration,
      }),
      defaultResolution: t.field({
        type: enums.Resolution,
        description: 'What it makes without `input.resolution`.',
        resolve: ({ model }) => model.defaultResolution,
      }),
      maxReferenceImages: t.int({
        description: 'How many reference images it takes at most; 0 when it takes none.',
        resolve: ({ model }) => Math.max(0, ...Object.values(model.imageUses).map(({ max }) => max)),
      }),
      price: t.field({
        type: Cost,
        nullable: true,
        description: 'One video as made by default; null where no price is known.',
        resolve: ({ model, provider }) => {
          const price = provider.price(model.id, null, null);
          return price === null ? null : { amount: price.usd, credits: price.credits, settled: false };
        },
      }),
      typicalSeconds: t.float({
        nullable: true,
        description: 'How long a video usually takes.',
        resolve: ({ model }) => model.typicalSeconds,
      }),
      retiredAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it is no longer offered; null while nothing is announced.',
        resolve: ({ model }) => model.retiredAt,
      }),
    }),
  });
  const Provider = builder.objectRef<Listed>('Provider').implement({
    description: 'Somebody who makes videos.',
    fields: (t) => ({
      name: t.expose('name', { type: enums.ProviderName, description: 'The name for `input.provider`.' }),
      label: t.exposeString('label', { description: 'The name for people.' }),
      configured: t.boolean({
        description:
          'Whether this server may use it: it has credentials, and PROVIDERS does not leave it out.',
        resolve: ({ provider }) => provider !== null,
      }),
      health: t.field({
        type: enums.ProviderHealth,
        description: 'How it answers these minutes.',
        resolve: ({ name }, _args, { health }) => health(name),
      }),
      credits: t.float({
        nullable: true,
        description:
          "The account's balance in the provider's own unit, as of the last minute; null where it cannot be told.",
        resolve: ({ provider }) => provider?.credits() ?? null,
      }),
      pollIntervalSeconds: t.float({
        description: 'How often a task is checked that does not call back by itself; 0 while not configured.',
        resolve: ({ provider }) => (provider?.pollIntervalMs ?? 0) / 1000,
      }),
      models: t.field({
        type: [Model],
        description: 'What it offers; the first is the default. Empty while not configured.',
        resolve: ({ provider }) => provider?.models.map((model) => ({ model, provider })) ?? [],
      }),
    }),
  });
  builder.queryField('providers', (t) =>
    t.field({
      type: [Provider],
      description: 'Who makes videos for this server, in order of preference; then those it could have.',
      resolve: (_root, _args, { providers }) => [
        ...providers.map((provider) => ({ name: provider.name, label: provider.label, provider })),
        ...others.filter(({ name }) => providers.every((configured) => configured.name !== name)),
      ],
    }),
  );
}

const others: readonly Listed[] = [
  { name: 'KIE', label: 'Kie.ai', provider: null },
  { name: 'GOOGLE', label: 'Google', provider: null },
  { name: 'SIMULATOR', label: 'the simulator', provider: null },
];
