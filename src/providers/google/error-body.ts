import { isObject, numberOf, textOf } from '../http/json.ts';

/** An error as Google's APIs write it: `{"error":{"code":429,"message":"…","status":"RESOURCE_EXHAUSTED"}}`. */
export interface GoogleError {
  /** The HTTP status, or in operations the number of gRPC. */
  readonly code: number;
  readonly message: string | null;
  /** The name of the gRPC code; null where it is not given. */
  readonly status: string | null;
}

/** The error of a response; null where the body is not one of Google's: something in between may have written it. */
export function googleErrorOf(json: unknown): GoogleError | null {
  // Some gateways of Google put the error into a list.
  const body: unknown = Array.isArray(json) ? json[0] : json;
  return isObject(body) ? errorOf(body['error']) : null;
}

/** An error object alone, as operations have it. */
export function errorOf(value: unknown): GoogleError | null {
  if (!isObject(value)) return null;
  const code = numberOf(value['code']);
  return code === null ? null : { code, message: textOf(value['message']), status: textOf(value['status']) };
}
