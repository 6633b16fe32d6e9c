import { worded, type Wording } from '../../domain/messages.ts';

/**
 * Hints that the worker gives a task: what happened, what happens next, and what a person can do. `label` is the name of
 * the provider. Errors of a task are in task-errors.ts.
 */

/**
 * The provider did not take the task now (such as a 429 of Kie), or could not be reached; it is sent again.
 *
 * @param dueAt milliseconds since 1970
 */
export function postponed(reason: string, dueAt: number): Wording {
  const notBefore = new Date(dueAt).toISOString().replace(/\.\d+/, '');
  return worded(
    'POSTPONED',
    { reason, notBefore },
    `${sentence(reason)} The task was not taken, and nothing was billed. It is sent again automatically, not before ` +
      `${notBefore}.`,
  );
}

/** The images of a task could not be handed over before its paid request. */
export const imagesNotReady = (label: string, reason: string): Wording =>
  worded(
    'IMAGES_NOT_READY',
    { provider: label, reason },
    `The images could not be handed to ${label} (${reason}). It is tried again.`,
  );

/** The paid request may have been accepted. `ids`: what its response carried, as text; may be empty. */
export const submissionUnknown = (label: string, ids: string): Wording =>
  worded(
    'SUBMISSION_UNKNOWN',
    { provider: label, ids: ids === '' ? null : ids },
    `Whether ${label} took this task is not known, so it is not sent again: it may have been billed. ` +
      `Look for it at ${label}; if it is there, resolve the submission with its id, else give it up or resubmit.` +
      (ids === '' ? '' : ` The response carried ${ids}, which may be its id.`),
  );

/** The provider accepted a task that has another id by now. */
export const acceptedElsewhere = (label: string, providerTaskId: string): Wording =>
  worded(
    'ALSO_ACCEPTED',
    { provider: label, providerTaskId },
    `${label} also took this task as ${providerTaskId}, and may have billed that too: look it up there.`,
  );

/** An id that nothing proves was named for a task without one. */
export const idNamed = (label: string, id: string, isCanceled: boolean): Wording =>
  worded(
    isCanceled ? 'ID_NAMED_CANCELED' : 'ID_NAMED',
    { provider: label, providerTaskId: id },
    `${label} named ${id} for it, which could not be verified: ` +
      (isCanceled
        ? 'if that is this task, it is billed under that id.'
        : 'if that is this task, resolve the submission with that id.'),
  );

/** The video is finished, and being copied. */
export const beingCopied = (label: string): Wording =>
  worded('BEING_COPIED', { provider: label }, `The video is ready at ${label}, and is being copied.`);

/** The video is finished, and its link serves something else, is cut or is refused. */
export const notFetched = (label: string, reason: string): Wording =>
  worded(
    'NOT_FETCHED',
    { provider: label, reason },
    `${label} says that the video is ready, but it could not be fetched: ${reason}. It is tried again.`,
  );

/** The video is finished, and this server could not store it. */
export const notStored = (label: string, reason: string): Wording =>
  worded(
    'NOT_STORED',
    { provider: label, reason },
    `${label} says that the video is ready, but ${reason}. It is tried again until that succeeds; the operator finds ` +
      'the reason in the log.',
  );

/** The provider does not know the id that a person named, or another owner's task holds it. */
export const idNotKnown = (label: string, id: string): Wording =>
  worded(
    'ID_NOT_KNOWN',
    { provider: label, providerTaskId: id },
    `${label} knows no task ${id}, or its answer could not be read. Make sure that the id is right; checks continue.`,
  );

/** Checks of this task alone meet faults. */
export const oddTask = (label: string, reason: string): Wording =>
  worded(
    'TASK_NOT_ANSWERED',
    { provider: label, reason },
    `${label} answers about other tasks, but not about this one (${reason}). Checks continue, less and less often. You ` +
      'can look for it there by its providerTaskId.',
  );

/** Several checks in a row met faults. */
export const noAnswerForAWhile = (label: string, reason: string): Wording =>
  worded(
    'PROVIDER_NOT_ANSWERING',
    { provider: label, reason },
    `${label} has not answered for a while (${reason}). Nothing is lost: checks continue until it does.`,
  );

/** The provider has stopped a canceled task. */
export const stopped = (label: string): Wording =>
  worded('STOPPED', { provider: label }, `${label} has stopped it. What was made until then may be billed.`);

/** The provider goes on with a canceled task. */
export const notStopped = (label: string, reason: string): Wording =>
  worded(
    'NOT_STOPPED',
    { provider: label, reason },
    `${label} did not stop it (${reason}): it will be billed if it is finished there.`,
  );

/** A canceled task may go on, because the provider did not answer. */
export const notAskedToStop = (label: string, reason: string): Wording =>
  worded(
    'NOT_ASKED_TO_STOP',
    { provider: label, reason },
    `${label} could not be asked to stop it (${reason}). It is asked again.`,
  );

/** The provider of a task that was sent is no longer configured. */
export const providerMissing = (label: string): Wording =>
  worded(
    'PROVIDER_MISSING',
    { provider: label },
    `${noLongerConfigured(label)}, so this task is not checked. It continues when ${label} is configured again; until ` +
      'then you can look for the video there by its providerTaskId.',
  );

/** The part of the hint of an unknown submission that says that its provider is no longer configured. */
export const missingNotice = (label: string): Wording =>
  worded(
    'PROVIDER_MISSING_FOR_ID',
    { provider: label },
    `${noLongerConfigured(label)}: until it is again, no id is checked.`,
  );

/** Beginning of a sentence. */
export const noLongerConfigured = (label: string): string =>
  `${label} is no longer configured on this server`;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
