import type { TaskError } from '../../domain/video-task.ts';

/** Nothing was sent in all the time. */
export const neverSent = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} could not be reached in all this time, and nothing was sent. Try again later.`,
  providerCode: null,
  retryable: true,
  billed: 'NO',
});

/** An image that nobody can fetch; nothing was sent. */
export const imageUnreachable = (url: string, reason: string): TaskError => ({
  code: 'IMAGE_UNREACHABLE',
  message: `The image at ${URL.parse(url)?.host ?? 'its address'} cannot be fetched: ${reason}. Use an address that is public, or upload the image.`,
  providerCode: null,
  retryable: true,
  billed: 'NO',
});

/** An upload whose file is gone from our side; nothing was sent. */
export const uploadGone: TaskError = {
  code: 'IMAGE_UNREACHABLE',
  message: 'An uploaded image is no longer kept here. Upload it again, and make a new task.',
  providerCode: null,
  retryable: false,
  billed: 'NO',
};

/** The provider has the task and told no end of it. */
export const gaveUp = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} told no end of this task in all this time. Look for it there: it may have been billed.`,
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});

/** Nobody found out whether the provider has the task. */
export const outcomeStayedUnknown = (label: string): TaskError => ({
  code: 'SUBMISSION_UNKNOWN',
  message: `Whether ${label} took this task never became known. Look for it there before you try again: it may have been billed.`,
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});
