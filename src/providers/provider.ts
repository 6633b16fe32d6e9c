import type { Wording } from '../domain/messages.ts';
import type { Readable } from 'node:stream';
import type { ProviderOffer } from '../domain/provider-offer.ts';
import type { JsonObject, Resolution, TaskError, VideoSpec } from '../domain/video-task.ts';

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
    }
  /** The bytes of an address, for a provider that `takesImageBytes`; held until the attempt has ended. */
  | {
      readonly kind: 'fetched';
      readonly contentType: string;
      readonly sizeBytes: number;
      read(): AsyncIterable<Uint8Array>;
    };

/** The outcome of handing images over before the paid request. */
export type HandOver =
  | { readonly kind: 'ready'; readonly images: readonly ProviderImage[] }
  /** The task cannot be sent with these images; nothing was billed. */
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** Not now; it is tried again. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs: number | null };

/** One paid attempt, with everything already decided and checked against the model. */
export interface SubmitRequest extends Omit<
  VideoSpec,
  'frameLength' | 'label' | 'group' | 'useCase' | 'referenceImages'
> {
  readonly images: readonly ProviderImage[];
  /** The address for the provider's callback when it is done; null without a public address. */
  readonly callbackUrl: string | null;
}

/** The outcome of an attempt. `unknown` may have been billed: it is never sent again automatically. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly providerTaskId: string; readonly memo: JsonObject | null }
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** No byte of the paid request was written, or the provider documents that it was rejected and not queued. */
  | {
      readonly kind: 'notSent';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /**
       * `notNow`: the provider accepts no tasks at the moment. `unreachable`: no connection. `task`: this task alone.
       * `ours`: a fault of this server.
       */
      readonly cause: 'notNow' | 'unreachable' | 'task' | 'ours';
    }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** Values in the response that may be the id of the task, the likeliest first; mostly none. */
      readonly possibleIds: readonly string[];
      /** The beginning of the response, without secrets, for the log: what no list of names foresees is found there. */
      readonly response?: string;
    };

/** The parameters of one status request. */
export interface CheckRequest {
  readonly providerTaskId: string;
  readonly model: string;
  readonly resolution: Resolution | null;
  readonly memo: JsonObject | null;
  /** The address for the provider's callback about work that a check orders; null without a public address. */
  readonly callbackUrl: string | null;
  /**
   * Asked just before something billed is ordered, such as a larger version. False: it is not ordered, and the
   * outcome is that of what there is.
   */
  readonly mayOrder: () => boolean | Promise<boolean>;
}

/** Facts of a response that can be read, whatever its state. */
export interface CheckFacts {
  /** The state as the provider writes it. */
  readonly providerStatus: string;
  /** Data to keep for the next check; null keeps what is there. */
  readonly memo: JsonObject | null;
  /** Credits consumed; null where not reported. */
  readonly credits: number | null;
  /** The prompt as the provider echoes it, where it does. */
  readonly echoedPrompt: string | null;
  /** When the provider finished, by its own clock, in milliseconds since 1970; absent where not reported. */
  readonly finishedAt?: number;
}

/** The source of the bytes of a finished video. */
export type VideoSource =
  /** At a public address, which the archive fetches through the address guard. */
  | { readonly kind: 'url'; readonly url: string }
  /** Behind the provider's key, or inside one of its responses: only `openVideo` reads them. */
  | {
      readonly kind: 'provider';
      /** The argument of `openVideo`. A later check of the same task returns an equally good one. */
      readonly reference: string;
      /** The address to show, without any key; null where there is none. */
      readonly url: string | null;
    };

/** A finished video that the provider opened. Whoever opened it reads the body to its end or destroys it. */
export interface OpenedVideo {
  readonly body: Readable;
  /** True if the transport says where the body ends, so that one that was cut off fails. */
  readonly statesLength: boolean;
}

/** A finished video at a public address that the provider leads to: it is fetched without a key, through the guard. */
export interface VideoElsewhere {
  readonly redirectedTo: string;
}

/** The outcome of a status request. Only `completed` and `failed` end a task. */
export type CheckOutcome =
  | (CheckFacts & { readonly kind: 'processing'; readonly percent: number | null })
  | (CheckFacts & {
      readonly kind: 'completed';
      readonly source: VideoSource;
      /** The address of a still picture of the video; absent where the provider supplies none. */
      readonly posterUrl?: string | undefined;
    })
  | (CheckFacts & { readonly kind: 'failed'; readonly error: TaskError })
  /** A response that cannot be read, or that the provider does not know the task; `hint` null: nothing to add. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly hint: Wording | null }
  /** The provider's fault (429, 5xx, network, our key refused): says nothing about the task. */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /** True if no connection could be made: then it is not about this one task either. */
      readonly isUnreachable?: boolean;
    };

/** The provider's answer to the request to stop a task. What it made until then may be billed. */
export type CancelOutcome =
  | { readonly kind: 'canceled' }
  /** It goes on, or has ended already. */
  | { readonly kind: 'refused'; readonly reason: string }
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

/** Every health. */
export const providerHealths = ['UP', 'DEGRADED', 'DOWN', 'UNKNOWN'] as const;
/** The reliability of a provider in the last minutes. */
export type ProviderHealth = (typeof providerHealths)[number];

/** A limit of new tasks per time. */
export interface CreateRate {
  readonly max: number;
  readonly windowMs: number;
}

/**
 * What a response proves about our key. `unanswered`: there was none, or a fault of the provider. `unclear`: it can be read
 * as neither.
 */
export type KeyVerdict =
  | { readonly kind: 'accepted' | 'refused' | 'unclear' }
  /** `reason`: for the log, such as ECONNREFUSED. */
  | { readonly kind: 'unanswered'; readonly reason: string };

/** A free, documented request that proves whether the provider accepts our key. */
export interface KeyTest {
  /** The variable that holds the key. */
  readonly variable: string;
  /** Sends the request once; it may be repeated. Throws for bugs alone. */
  run(signal: AbortSignal): Promise<KeyVerdict>;
}

/** A video API as the worker sees it. Expected outcomes are values; only bugs throw. */
export interface VideoProvider extends ProviderOffer, AsyncDisposable {
  /** Set where it is not configured: nothing can be sent to it or asked of it. */
  readonly isMissing?: true;
  readonly pollIntervalMs: number;
  /** The limit of tasks that the account may start in a sliding window; null: no limit. */
  readonly createRate: CreateRate | null;
  /** The variable in which the operator can set prices; null: there is none. */
  readonly priceSetting: string | null;
  /** Absent: no free request proves it, or there is no key. */
  readonly keyTest?: KeyTest;
  /** The page on which a person can look up a task by its provider task id; null: there is none. */
  readonly taskPage: string | null;
  /** Set where the paid request carries the bytes of images: those at addresses are fetched here before it. */
  readonly takesImageBytes?: true;
  /**
   * Stores at the provider the images that it must have before the paid request; may be repeated, and bills nothing.
   * Absent: images travel inside the paid request.
   */
  handOver?(images: readonly ProviderImage[], signal: AbortSignal): Promise<HandOver>;
  /** True while the provider cannot be given images, whatever else it does. Absent: it is given none beforehand. */
  readonly isHandOverDown?: boolean;
  /** Starts one paid generation, at most once: never retried inside. */
  submit(request: SubmitRequest, context: SubmitContext): Promise<SubmitOutcome>;
  /** Requests the status of a task once. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome>;
  /**
   * Opens a finished video that a check reported as `kind: 'provider'`. Sends the key to the provider's own origin only.
   * May be repeated. Absent: all its videos are at public addresses.
   *
   * @throws an error without a secret where the video cannot be had now
   */
  openVideo?(reference: string, signal: AbortSignal): Promise<OpenedVideo | VideoElsewhere>;
  /** True if an accepted task can be stopped at the provider; absent: none can. */
  canCancel?(providerTaskId: string): boolean;
  /** Asks the provider to stop a task that `canCancel`; present where that is. May be repeated. */
  cancel?(providerTaskId: string, signal: AbortSignal): Promise<CancelOutcome>;
  /** The account's balance in the provider's unit, as of the last minute; null where it is not known. */
  credits(): Promise<number | null>;
}
