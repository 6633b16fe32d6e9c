import { message } from '../../domain/messages.ts';
import type { TaskError } from '../../domain/video-task.ts';
import { noLongerConfigured } from './hints.ts';

/**
 * Patience ended before anything was sent. No cause is named: the provider may have been unreachable or busy, its budget of
 * creates full, or the images unreadable here.
 */
export const neverSent = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `The task was not sent to ${label} in time, and nothing was billed. Try again later.`,
  reason: message('NEVER_SENT', { provider: label }),
  providerCode: null,
  retryable: true,
  billed: 'NO',
});

/** The provider of a task that was never sent is no longer configured. */
export const neverSentAndMissing = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${noLongerConfigured(label)}, and this task was never sent. Use generateVideo with another provider.`,
  reason: message('NEVER_SENT_PROVIDER_MISSING', { provider: label }),
  providerCode: null,
  retryable: false,
  billed: 'NO',
});

/** An image cannot be fetched; nothing was sent. */
export const imageUnreachable = (url: string, reason: string): TaskError => ({
  code: 'IMAGE_UNREACHABLE',
  message: `The image at ${URL.parse(url)?.host ?? 'its address'} cannot be fetched: ${reason}. Use an address that is public, or upload the image.`,
  reason: message('IMAGE_NOT_FETCHED', { host: URL.parse(url)?.host ?? null, reason }),
  providerCode: null,
  retryable: true,
  billed: 'NO',
});

/** The file of an upload is gone from our side; nothing was sent. */
export const uploadGone: TaskError = {
  code: 'IMAGE_UNREACHABLE',
  message: 'An uploaded image is no longer kept here. Upload it again, and make a new task.',
  reason: message('UPLOAD_GONE', {}),
  providerCode: null,
  retryable: false,
  billed: 'NO',
};

/** Patience ended for a task that the provider has. */
export const gaveUp = (label: string): TaskError => ({
  code: 'GAVE_UP',
  message: `${label} did not report the end of this task in time. Look for it there: it may have been billed.`,
  reason: message('END_NOT_REPORTED', { provider: label }),
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});

/** Patience ended without knowing whether the provider has the task. */
export const outcomeStayedUnknown = (label: string): TaskError => ({
  code: 'SUBMISSION_UNKNOWN',
  message: `It never became known whether ${label} took this task. Look for it there before you try again: it may have been billed.`,
  reason: message('OUTCOME_STAYED_UNKNOWN', { provider: label }),
  providerCode: null,
  retryable: true,
  billed: 'UNKNOWN',
});
