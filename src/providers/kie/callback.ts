import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject, textOf } from './json.ts';

/** How old a signature may be, and how far ahead of our clock, in seconds. Kie documents no window; a client in the field takes this one. */
const oldestSeconds = 300;
const aheadSeconds = 30;

/** The task that a callback is about, wherever it says so: Veo's have `taskId`, others `task_id` (Kie docs, 2026-06). */
export function taskIdOfCallback(body: unknown): string | null {
  if (!isObject(body)) return null;
  const data = isObject(body['data']) ? body['data'] : {};
  return textOf(data['taskId']) ?? textOf(data['task_id']) ?? textOf(body['taskId']);
}

/** The headers of a signed callback. */
export interface CallbackSignature {
  /** `X-Webhook-Timestamp`: seconds since 1970. */
  readonly timestamp: string | null;
  /** `X-Webhook-Signature`: base64. */
  readonly signature: string | null;
}

/**
 * Whether a callback was signed with our key, lately. The signature is over `taskId.timestamp` and not over the
 * body (Kie docs, webhook verification, 2026), so a good one proves no more than that Kie once called.
 *
 * @param now milliseconds since 1970
 */
export function isSignedCallback(
  hmacKey: string,
  taskId: string,
  { timestamp, signature }: CallbackSignature,
  now: number,
): boolean {
  if (timestamp === null || signature === null || !/^\d{1,12}$/.test(timestamp)) return false;
  const ageSeconds = now / 1000 - Number(timestamp);
  if (ageSeconds > oldestSeconds || ageSeconds < -aheadSeconds) return false;
  const expected = createHmac('sha256', hmacKey).update(`${taskId}.${timestamp}`).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
