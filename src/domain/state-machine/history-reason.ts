import type { Stage, TaskId, Transition } from '../video-task.ts';
import type { Wording } from '../messages.ts';
import type { TaskEvent } from './task-event.ts';

/** The reason in the history's row of an event. */
export function reasonOf(event: TaskEvent): Wording | null {
  switch (event.kind) {
    case 'postponed':
    case 'outcomeUnknown':
    case 'adopted':
      return event.reason;
    case 'acceptedElsewhere':
    case 'stopAnswered':
    case 'videoRemoved':
      return event.hint;
    case 'idNamed':
      return {
        text: `The provider named ${event.providerTaskId} for it, without proof.`,
        messages: event.hint.messages.slice(-1),
      };
    case 'refused':
    case 'providerFailed':
    case 'patienceEnded':
    case 'gaveUp':
      return {
        text: event.error.message,
        messages: event.error.reason === undefined ? [] : [event.error.reason],
      };
    case 'attemptStarted':
    case 'accepted':
    case 'observed':
    case 'succeeded':
    case 'canceled':
    case 'costTold':
    case 'posterStored':
    case 'deleted':
      return null;
    default:
      return event satisfies never;
  }
}

/** A row of the history. */
export const transitionOf = (
  taskId: TaskId,
  stage: Stage,
  at: number,
  reason: Wording | null,
): Transition => ({
  taskId,
  stage,
  at,
  reason: reason?.text ?? null,
  reasonMessages: reason?.messages ?? null,
});
