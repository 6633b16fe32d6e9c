import type { TaskEvent } from './task-event.ts';

/** The reason in the history's row of an event. */
export function reasonOf(event: TaskEvent): string | null {
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
      return `The provider named ${event.providerTaskId} for it, without proof.`;
    case 'refused':
    case 'providerFailed':
    case 'patienceEnded':
    case 'gaveUp':
      return event.error.message;
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
