import type { Schedule } from '../../commands/recorder.ts';
import type { TaskEvent } from '../../domain/state-machine.ts';
import type { CheckOutcome } from '../../providers/provider.ts';

/** The outcome of a check, with the time at which the check began, in milliseconds since 1970. */
export type TimedOutcome = CheckOutcome & { readonly askedAt: number };

/** The result of a check: an event to record, and when to check again. */
export type Conclusion = {
  readonly event: TaskEvent;
  /** As far as is known the provider answers no request, or the fault is ours: then patience does not end the task. */
  readonly sparesPatience?: boolean;
} & Schedule;

/** The event of a check that found nothing to say about the task. */
export const nothingObserved = {
  kind: 'observed',
  providerStatus: null,
  percent: null,
  memo: null,
  hint: null,
} as const;
