import type { AspectRatio, ImageUse, JsonObject, Resolution } from './video-task.ts';

/** A price per video. `usd` is what the owner's budget counts; `credits` is the provider's unit. */
export interface Price {
  readonly usd: number;
  readonly credits: number | null;
}

/** Every answer to whether the videos of a model have sound. */
export const audioSupports = ['NEVER', 'OPTIONAL', 'ALWAYS'] as const;
/** The sound of a model's videos: never, always, or as `input.audio` decides. */
export type AudioSupport = (typeof audioSupports)[number];

/** A use of images with every choice made. */
export type NamedImageUse = Exclude<ImageUse, 'AUTO'>;

/** The settings of a video that its price depends on; null: the model's default. */
export interface PricedSettings {
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
  readonly audio: boolean | null;
  readonly imagesAs: ImageUse;
  readonly imageCount: number;
  /** As sent: of a model that is not listed, what else is known of the video. */
  readonly options: JsonObject | null;
}

/** The settings of a video without any input: what the price of a model is given for. */
export const defaultSettings: PricedSettings = {
  durationSeconds: null,
  resolution: null,
  audio: null,
  imagesAs: 'AUTO',
  imageCount: 0,
  options: null,
};

/** Settings with the model's defaults filled in. */
export interface ChosenSettings extends PricedSettings {
  readonly durationSeconds: number;
  readonly resolution: Resolution;
  readonly audio: boolean;
}

/** The capabilities of one model. Any other input is refused before anything is sent. */
export interface VideoModel {
  /** The provider's own name of it, which `input.model` names. */
  readonly id: string;
  readonly label: string;
  /** Who makes the model, such as `Google`: lists of models are grouped by it. */
  readonly maker: string;
  readonly aspectRatios: readonly AspectRatio[];
  /** Whole seconds, ascending; a range is expanded. */
  readonly durations: readonly number[];
  readonly defaultDuration: number;
  readonly resolutions: readonly Resolution[];
  readonly defaultResolution: Resolution;
  /** Narrower than `durations` at some resolutions. */
  readonly durationsAt?: Partial<Record<Resolution, readonly number[]>>;
  /** The limits of each use, in the order in which AUTO takes them; a use that is absent is not supported. */
  readonly imageUses: Partial<Record<NamedImageUse, ImageUseLimits>>;
  /** True if it makes no video from text alone. */
  readonly requiresImages: boolean;
  readonly audio: AudioSupport;
  /** True if a video has sound without `input.audio`. */
  readonly defaultAudio: boolean;
  readonly acceptsNegativePrompt: boolean;
  readonly acceptsSeed: boolean;
  /** In characters; absent where the provider documents none. */
  readonly minPromptLength?: number;
  /** In characters; null where the provider documents none. */
  readonly maxPromptLength: number | null;
  /** In characters; null where the provider documents none. */
  readonly maxNegativePromptLength: number | null;
  /** The price of one video, or null where it is not known. */
  price(settings: ChosenSettings): Price | null;
  /** The day of the price list, in milliseconds since 1970; null where there is no price. */
  readonly pricedAt: number | null;
  /** Seconds from submit to success when we have no history of our own; null where none were reported. */
  readonly typicalSeconds: number | null;
  /** The model to use instead of a retired one; null: none is known. */
  readonly successor: string | null;
  /** Milliseconds since 1970; null while it is offered. */
  readonly retiredAt: number | null;
}

/** Limits of one way to use images. */
export interface ImageUseLimits {
  readonly min: number;
  readonly max: number;
  /** The provider's name of the model for this use, where it is another than the `id`. */
  readonly model?: string;
  /** Narrower than the model's, where the documentation says so. */
  readonly durations?: readonly number[];
  readonly resolutions?: readonly Resolution[];
  /** Other than the model's: AUTO alone where the video has the ratio of its image. */
  readonly aspectRatios?: readonly AspectRatio[];
}

/** The uses of a model, with their limits, in the order in which AUTO takes them. */
export const usesOf = ({ imageUses }: Pick<VideoModel, 'imageUses'>) =>
  Object.entries(imageUses) as [NamedImageUse, ImageUseLimits][];

/** The model of a name: its id, or the provider's name of it for a use of images. Undefined if none has it. */
export const modelNamed = (models: readonly VideoModel[], name: string): VideoModel | undefined =>
  models.find(({ id }) => id === name) ??
  models.find((model) => usesOf(model).some(([, limits]) => limits.model === name));

/** The settings with the model's defaults for those that are null. */
export const chosenSettings = (model: VideoModel, settings: PricedSettings): ChosenSettings => ({
  ...settings,
  durationSeconds: settings.durationSeconds ?? model.defaultDuration,
  resolution: settings.resolution ?? model.defaultResolution,
  audio: settings.audio ?? model.defaultAudio,
});
