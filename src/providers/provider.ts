import type {
  AspectRatio,
  ImageUse,
  JsonObject,
  ProviderName,
  Resolution,
  TaskError,
} from '../domain/video-task.ts';

/** A price per video. `usd` is what the owner's budget counts; `credits` is the provider's unit. */
export interface Price {
  readonly usd: number;
  readonly credits: number | null;
}

/** What one model can do. Anything outside is refused before anything is sent. */
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

/** An image to hand over: an address that the provider can fetch, or bytes that we hold. */
export type ProviderImage =
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'upload';
      readonly uploadId: string;
      readonly fileName: string;
      readonly contentType: string;
      /** The bytes, read only as they are sent. */
      open(): Promise<Blob>;
    };

/** What came of handing images over before the paid request. */
export type HandOver =
  | { readonly kind: 'ready'; readonly images: readonly ProviderImage[] }
  /** The task cannot be sent with these images; nothing was billed. */
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** Not now; it is tried again. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs: number | null };

/** One paid attempt, with everything already decided and checked against the model. */
export interface SubmitRequest {
  readonly model: string;
  readonly prompt: string;
  readonly images: readonly ProviderImage[];
  readonly imagesAs: ImageUse;
  readonly aspectRatio: AspectRatio;
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
  readonly seed: number | null;
  /** Merged into the provider's input, unknown keys included. */
  readonly providerOptions: JsonObject | null;
  /** Where the provider may tell us that it is done; null without a public address. */
  readonly callbackUrl: string | null;
}

/** How an attempt ended. `unknown` may have been billed: nobody sends it again by himself. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly providerTaskId: string; readonly memo: JsonObject | null }
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** No byte of the paid request was written, or the provider documents that it was rejected and not queued. */
  | {
      readonly kind: 'notSent';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /**
       * `notNow`: it answered so, to everyone. `unreachable`: nobody was there. `task`: this one alone.
       * `ours`: a fault of this server.
       */
      readonly cause: 'notNow' | 'unreachable' | 'task' | 'ours';
    }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** What the response carried that may be the id of the task, the likeliest first; mostly none. */
      readonly possibleIds: readonly string[];
    };

/** What one status request needs. */
export interface CheckRequest {
  readonly providerTaskId: string;
  readonly model: string;
  readonly resolution: Resolution | null;
  readonly memo: JsonObject | null;
  /** Where the provider may tell us of what a check sets going; null without a public address. */
  readonly callbackUrl: string | null;
  /**
   * Asked just before something billed is ordered, such as a larger version. False: it is not ordered, and the
   * outcome is that of what there is.
   */
  readonly mayOrder: () => boolean | Promise<boolean>;
}

/** What a readable answer tells beside its verdict. */
export interface CheckFacts {
  /** The provider's own word for the state. */
  readonly providerStatus: string;
  /** What to remember for the next check; null keeps what is there. */
  readonly memo: JsonObject | null;
  /** Credits consumed, where told. */
  readonly credits: number | null;
  /** The prompt as the provider echoes it, where it does. */
  readonly echoedPrompt: string | null;
}

/** What a status request told. Only `completed` and `failed` end a task. */
export type CheckOutcome =
  | (CheckFacts & { readonly kind: 'processing'; readonly percent: number | null })
  | (CheckFacts & { readonly kind: 'completed'; readonly url: string })
  | (CheckFacts & { readonly kind: 'failed'; readonly error: TaskError })
  /** An answer that we cannot read, or that does not know the task. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly hint: string }
  /** The provider's fault (429, 5xx, network, our key refused): says nothing about the task. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs: number | null };

/** Conditions of one paid attempt. */
export interface SubmitContext {
  readonly signal: AbortSignal;
  /**
   * Called once, synchronously, just before the first byte of the paid request is written.
   * False stops the attempt: nothing is sent and the outcome is `notSent` of the task alone.
   */
  readonly mayStart: () => boolean;
}

/** Every health that is told. */
export const providerHealths = ['UP', 'DEGRADED', 'DOWN', 'UNKNOWN'] as const;
/** How a provider answers these minutes. */
export type ProviderHealth = (typeof providerHealths)[number];

/** A video API as the worker sees it. Expected outcomes are values; only bugs throw. */
export interface VideoProvider extends AsyncDisposable {
  readonly name: ProviderName;
  readonly label: string;
  /** Set where it is not configured: nothing can be sent to it or asked of it. */
  readonly isMissing?: true;
  readonly pollIntervalMs: number;
  /** How many creates the account may start in ten seconds; 0: no limit. */
  readonly createsPer10s: number;
  /** What one credit of the provider is worth; null where it tells no credits. */
  readonly usdPerCredit: number | null;
  /** In order of preference: the first is the default. */
  readonly models: readonly VideoModel[];
  /** The price of one video; null where it is not known, as for models that are passed through by name. */
  price(model: string, durationSeconds: number | null, resolution: Resolution | null): Price | null;
  /** Whether a model that is not listed is passed through by name. */
  readonly acceptsOtherModels: boolean;
  /** Keys that `providerOptions` may not set, in any case and with any separators, because Reelay sets them itself. */
  readonly reservedOptions: ReadonlySet<string>;
  /**
   * Options, as `providerOptions` spells them, that are known not to change what a video of the model costs, with the
   * type of their values. An owner with a budget may use these alone, since an estimate sees none of them.
   */
  freeOptions(model: string): ReadonlyMap<string, 'string' | 'boolean'>;
  /**
   * Takes over the images that it wants to have before the paid request; may be repeated, and bills nothing.
   * Absent: images travel inside the paid request.
   */
  handOver?(images: readonly ProviderImage[], signal: AbortSignal): Promise<HandOver>;
  /** Starts one paid generation, at most once: never retried inside. */
  submit(request: SubmitRequest, context: SubmitContext): Promise<SubmitOutcome>;
  /** Asks once how a task is doing. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome>;
  /** The account's balance in the provider's unit, as of the last minute; null where it cannot be told. */
  credits(): Promise<number | null>;
}
