import type { AspectRatio, ImageUse, Resolution } from './video-task.ts';

/** A price per video. `usd` is what the owner's budget counts; `credits` is the provider's unit. */
export interface Price {
  readonly usd: number;
  readonly credits: number | null;
}

/** The capabilities of one model. Any other input is refused before anything is sent. */
export interface VideoModel {
  readonly id: string;
  readonly label: string;
  readonly aspectRatios: readonly AspectRatio[];
  /** Whole seconds, ascending. */
  readonly durations: readonly number[];
  readonly defaultDuration: number;
  readonly resolutions: readonly Resolution[];
  readonly defaultResolution: Resolution;
  /** How many images each use takes; a use that is absent is not supported. */
  readonly imageUses: Partial<Record<Exclude<ImageUse, 'AUTO'>, ImageUseLimits>>;
  readonly acceptsSeed: boolean;
  /** The price of one video, or null where it is not known. */
  price(durationSeconds: number, resolution: Resolution): Price | null;
  /** Seconds from submit to success when we have no history of our own. */
  readonly typicalSeconds: number;
  /** Milliseconds since 1970; null while it is offered. */
  readonly retiredAt: number | null;
}

/** Limits of one way to use images. */
export interface ImageUseLimits {
  readonly min: number;
  readonly max: number;
  /** Narrower than the model's, where the documentation says so. */
  readonly durations?: readonly number[];
}
