import type { Wording } from '../messages.ts';
import type { Poster } from '../poster.ts';
import type { Cost, JsonObject, TaskError, Video } from '../video-task.ts';

/** Everything that can happen to a task after its creation. */
export type TaskEvent =
  /** The paid POST may go out from now on: committed before its first byte. */
  | { readonly kind: 'attemptStarted' }
  | { readonly kind: 'accepted'; readonly providerTaskId: string; readonly memo: JsonObject | null }
  /** A late acceptance of a task that has another provider's id by now: a second bill that its owner must see. */
  | {
      readonly kind: 'acceptedElsewhere';
      readonly providerTaskId: string;
      readonly hint: Wording;
      /** The estimate of the second bill; null where no price is known. */
      readonly cost: Cost | null;
    }
  | { readonly kind: 'refused'; readonly error: TaskError }
  /** Proven not sent, or documented as rejected and not queued. */
  | { readonly kind: 'postponed'; readonly reason: Wording; readonly hint: Wording }
  /** The attempt may have been billed, and no answer proves either. */
  | { readonly kind: 'outcomeUnknown'; readonly reason: Wording; readonly hint: Wording }
  /** An id that may be the one of an attempt in doubt, and that nothing proves: its owner can look it up. */
  | { readonly kind: 'idNamed'; readonly providerTaskId: string; readonly hint: Wording }
  /** The provider's id was named by a person or a verified callback. */
  | {
      readonly kind: 'adopted';
      /** Null when another owner's task holds it: it is followed in name only then. */
      readonly providerTaskId: string | null;
      /** The same where a person named it. */
      readonly trackedId: string | null;
      readonly reason: Wording;
    }
  /** A check that ends nothing. */
  | {
      readonly kind: 'observed';
      readonly providerStatus: string | null;
      readonly percent: number | null;
      readonly memo: JsonObject | null;
      readonly hint: Wording | null;
    }
  | {
      readonly kind: 'succeeded';
      readonly providerStatus: string;
      readonly video: Video | null;
      readonly memo: JsonObject | null;
      /** As reported by the provider; null keeps the estimate. */
      readonly cost: Cost | null;
    }
  | {
      readonly kind: 'providerFailed';
      readonly providerStatus: string;
      readonly error: TaskError;
      /** As reported by the provider; null follows `error.billed`. */
      readonly cost: Cost | null;
    }
  | { readonly kind: 'patienceEnded'; readonly error: TaskError }
  | { readonly kind: 'gaveUp'; readonly error: TaskError }
  | { readonly kind: 'canceled'; readonly hint: Wording | null }
  /** The provider's answer to the request to stop a canceled task. */
  | { readonly kind: 'stopAnswered'; readonly hint: Wording }
  /** The provider reported the cost, or it is known that there was none. */
  | { readonly kind: 'costTold'; readonly cost: Cost }
  /** A better poster than before: the first frame that was drawn of the video. */
  | { readonly kind: 'posterStored'; readonly poster: Poster }
  /** The retention removed our copy and its poster. */
  | { readonly kind: 'videoRemoved'; readonly hint: Wording }
  | { readonly kind: 'deleted' };
