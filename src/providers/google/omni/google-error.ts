import type { TaskErrorCode } from '../../../domain/video-task.ts';
import { isObject, textOf } from '../../http/json.ts';

/** An error as Google writes it, in any of its forms. */
export interface GoogleError {
  /** A string of the Interactions API, such as `invalid_request`; null where it is a number or absent. */
  readonly code: string | null;
  /** A number of the classic API or of gRPC; null where it is a string or absent. */
  readonly number: number | null;
  /** The status of the classic API, such as `RESOURCE_EXHAUSTED`. */
  readonly status: string | null;
  /** Reasons of its details, such as `API_KEY_INVALID`. */
  readonly reasons: readonly string[];
  readonly message: string | null;
}

/**
 * The error of a response: `{ error }`, or `[{ error }]` from Google's front end (live reports, 2026-10). Null where there is
 * none.
 */
export function responseError(json: unknown): GoogleError | null {
  const body: unknown = Array.isArray(json) ? json[0] : json;
  return isObject(body) && isObject(body['error']) ? readError(body['error']) : null;
}

/** One error object; null for anything that says nothing. */
export function readError(value: unknown): GoogleError | null {
  if (!isObject(value)) return null;
  const { code, details } = value;
  const error: GoogleError = {
    code: textOf(code),
    number: typeof code === 'number' && Number.isFinite(code) ? code : null,
    status: textOf(value['status']),
    reasons: Array.isArray(details)
      ? details.flatMap((detail: unknown) => (isObject(detail) ? (textOf(detail['reason']) ?? []) : []))
      : [],
    message: textOf(value['message']),
  };
  return error.code === null && error.number === null && error.status === null && error.message === null
    ? null
    : error;
}

/** The provider's own code of an error, for people. */
export const codeOf = ({ code, status, number }: GoogleError): string | null =>
  code ?? status ?? (number === null ? null : String(number));

/** Whole words alone: a key may be `API_KEY_SERVICE_BLOCKED`, and a parameter `safety_settings`. */
const safetyWord =
  /^(?:image_)?(?:safety|prohibited_content|blocklist|spii|content_filter(?:ed)?|content_blocked|recitation)$/i;
const safetyText =
  /\b(?:blocked|violat\w+|prohibited|filtered)\b[^.]*\b(?:safety|polic(?:y|ies)|content)\b|input blocked/i;

/** True if an error is about what the video shows. */
export const isFiltered = ({ code, status, reasons, message }: GoogleError): boolean =>
  [code, status, ...reasons].some((word) => word !== null && safetyWord.test(word)) ||
  (message !== null && safetyText.test(message));

/** True if an error is about this server's key, and never about a task. */
export const isAccess = ({ code, status, reasons, message }: GoogleError): boolean =>
  ['authentication', 'permission_denied'].includes(code ?? '') ||
  ['UNAUTHENTICATED', 'PERMISSION_DENIED'].includes(status ?? '') ||
  reasons.some((reason) => reason.startsWith('API_KEY_')) ||
  (message !== null && /\bAPI[ _-]?key\b|credentials|unregistered callers/i.test(message));

/** True if an error says that a model is not there any more, or never was. */
export const isRetired = ({ code, message }: GoogleError): boolean =>
  code === 'model_not_found' ||
  (message !== null &&
    /no longer available|\bmodels?\b.*\b(?:not found|is not found|shut ?down)\b/i.test(message));

/** True if it is about the account's money: prepaid credit, billing, or the quota of a day. */
export const isUnpaid = ({ code, message }: GoogleError): boolean =>
  ['payment_required', 'quota_exceeded'].includes(code ?? '') ||
  (message !== null && /\bbilling\b|prepa(?:y|id)|\bcredits?\b/i.test(message));

/** True if it says that requests come too fast: rejected, and to be sent again later (Google's API errors, 2026). */
export const isTooFast = ({ code, status }: GoogleError): boolean =>
  code === 'rate_limit_exceeded' || (code === null && status === 'RESOURCE_EXHAUSTED');

const isImageFault = (message: string | null): boolean =>
  message !== null &&
  /(?:fetch|download|access|retriev)\w*\b.*\b(?:image|ur[il])|image.*(?:unreachable|could not be (?:read|fetched|decoded))/i.test(
    message,
  );

/**
 * The code of a task that failed by an error.
 *
 * @param otherwise for an error that names no cause that we know
 */
export function taskErrorCodeOf(error: GoogleError, otherwise: TaskErrorCode): TaskErrorCode {
  if (isFiltered(error)) return 'CONTENT_FILTERED';
  if (isRetired(error)) return 'MODEL_RETIRED';
  if (isAccess(error)) return 'PROVIDER_UNAUTHORIZED';
  if (isUnpaid(error)) return 'INSUFFICIENT_CREDITS';
  if (isImageFault(error.message)) return 'IMAGE_UNREACHABLE';
  return ['invalid_request', 'parameter_unknown', 'out_of_range'].includes(error.code ?? '') ||
    ['INVALID_ARGUMENT', 'OUT_OF_RANGE'].includes(error.status ?? '')
    ? 'PROVIDER_REJECTED'
    : otherwise;
}
