import { message, type Message } from '../domain/messages.ts';
import type { Billed, TaskError, TaskErrorCode } from '../domain/video-task.ts';

/** The longest quote of a provider's own text, in characters. */
const maxQuote = 300;

/** The action that an error message recommends. */
const advice: Record<TaskErrorCode, string> = {
  PROVIDER_REJECTED: 'Change the input and try again.',
  CONTENT_FILTERED: 'Change the prompt or the images and try again.',
  INSUFFICIENT_CREDITS: 'Top up the account or raise the cap of its key, then retry.',
  PROVIDER_UNAUTHORIZED: "Check this server's key and what it may do.",
  PROVIDER_FAILED: 'Retry; if it fails again, change the input.',
  MODEL_RETIRED: 'Choose another model.',
  IMAGE_UNREACHABLE: 'Use an image address that is public, or upload the image.',
  SUBMISSION_UNKNOWN: "Look for the task in the provider's account before you try again.",
  GAVE_UP: "Look for the task in the provider's account before you try again.",
  INTERNAL: 'Contact the operator of this server.',
};

/** True if the same input may succeed another time. */
const retryable: ReadonlySet<TaskErrorCode> = new Set([
  'INSUFFICIENT_CREDITS',
  'PROVIDER_UNAUTHORIZED',
  'PROVIDER_FAILED',
  'IMAGE_UNREACHABLE',
]);

/** An error of a task. The message states what happened and what to do, and quotes the provider's text, shortened. */
export function taskError(
  label: string,
  code: TaskErrorCode,
  providerCode: string | null,
  providerText: string | null,
  billed: Billed,
): TaskError {
  const said = providerText === null ? '' : `: ${shorten(providerText)}`;
  return {
    code,
    message: `${capitalise(label)} ${outcome(code)}${said}${/[.!?]$/.test(said) ? '' : '.'} ${advice[code]}`,
    reason: reasonOf(code, label, providerText === null ? null : shorten(providerText)),
    providerCode: providerCode === null ? null : shorten(providerCode),
    retryable: retryable.has(code),
    billed,
  };
}

const outcome = (code: TaskErrorCode): string => {
  if (code === 'PROVIDER_FAILED') return 'could not make the video';
  return code === 'MODEL_RETIRED' ? 'no longer offers the model' : 'refused the task';
};

/** The provider's own text stays as it is. */
function reasonOf(code: TaskErrorCode, label: string, text: string | null): Message {
  const params = { provider: label, text };
  if (code === 'MODEL_RETIRED') return message(code, { ...params, successor: null });
  if (code === 'SUBMISSION_UNKNOWN') return message('OUTCOME_STAYED_UNKNOWN', { provider: label });
  return message(code, params);
}

/** The error of a model that is no longer offered, with the one to use instead; any other error as it is. */
export const withSuccessor = (error: TaskError, successor: string | null): TaskError =>
  error.code === 'MODEL_RETIRED' && successor !== null
    ? {
        ...error,
        message: error.message.replace(advice.MODEL_RETIRED, `Use ${successor} instead.`),
        ...(error.reason && { reason: { ...error.reason, params: { ...error.reason.params, successor } } }),
      }
    : error;

/** A provider's own text, as far as it is quoted. */
export const shorten = (text: string): string =>
  text.length > maxQuote ? `${text.slice(0, maxQuote).trimEnd()}…` : text;

/** A label at the beginning of a sentence. */
export const capitalise = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
