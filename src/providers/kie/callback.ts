import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CallbackContent, CallbackReader, CallbackReading, ProviderCallbacks } from '../callbacks.ts';
import { isObject, parseJson, textOf } from '../http/json.ts';
import { kieSettings } from './settings.ts';
import { namedIdsIn, possibleTaskIds } from './submit/task-ids.ts';

/** The greatest age of a signature, and its greatest lead over our clock, in seconds. Kie documents no window; a client in the field takes this one. */
const oldestSeconds = 300;
const aheadSeconds = 30;
/** More than a person would look up. */
const maxIds = 5;

/** The task that a callback is about, wherever it says so: Veo's have `taskId`, others `task_id` (Kie docs, 2026-06). */
export function taskIdOfCallback(body: unknown): string | null {
  if (!isObject(body)) return null;
  const data = isObject(body['data']) ? body['data'] : {};
  return textOf(data['taskId']) ?? textOf(data['task_id']) ?? textOf(body['taskId']);
}

/** Callbacks with a prompt of 10,000 letters, escaped three times, are 90 KB; what is longer is searched, not read. */
const parsedBytes = 1024 * 1024;
/** Longer than a named id: one that lies across two parts is found in the second. */
const overlapLength = 1024;

/** The body of a callback as it comes in: the ids that it names, whatever its size and shape. Bounded in memory. */
export class CallbackBody {
  #parts: Buffer[] = [];
  #length = 0;
  #tail = '';
  readonly #found = new Set<string>();

  /** Takes the next part; returns how many bytes are held by now. */
  add(part: Buffer): number {
    const wasShort = this.#length <= parsedBytes;
    this.#length += part.length;
    if (wasShort) this.#parts.push(part);
    if (this.#length <= parsedBytes) return this.#length;
    // Ids are ASCII. What came before is searched with the part that made it too long.
    const text = this.#tail + (wasShort ? Buffer.concat(this.#parts) : part).toString('latin1');
    for (const { id } of namedIdsIn(text)) if (this.#found.size < maxIds) this.#found.add(id);
    this.#tail = text.slice(-overlapLength);
    this.#parts = [];
    return this.#tail.length;
  }

  /** The ids that it names, the likeliest first; call it once, when all has come. */
  ids(): readonly string[] {
    if (this.#length > parsedBytes) return [...this.#found];
    const text = Buffer.concat(this.#parts).toString();
    const documented = taskIdOfCallback(parseJson(text));
    return [...new Set([...(documented === null ? [] : [documented]), ...possibleTaskIds(text)])];
  }
}

/** Callbacks of Kie. Without a key of the account they need no signature, and their token is all that protects them. */
export const kieCallbacks: ProviderCallbacks<Pick<typeof kieSettings, 'webhookHmacKey'>> = {
  path: 'kie',
  variables: [kieSettings.webhookHmacKey.variable],
  createReader: ({ webhookHmacKey }): CallbackReader => ({
    begin: (headers) => new KieCallbackReading(webhookHmacKey, headers),
  }),
};

class KieCallbackReading implements CallbackReading {
  readonly #body = new CallbackBody();
  readonly #hmacKey: string | null;
  readonly #signature: CallbackSignature;

  constructor(hmacKey: string | null, headers: IncomingHttpHeaders) {
    this.#hmacKey = hmacKey;
    this.#signature = {
      timestamp: textOf(headers['x-webhook-timestamp']),
      signature: textOf(headers['x-webhook-signature']),
    };
  }

  add(part: Buffer): number {
    return this.#body.add(part);
  }

  end(now: number): CallbackContent {
    const ids = this.#body.ids();
    const hmacKey = this.#hmacKey;
    if (hmacKey === null) return { kind: 'read', ids, providerTaskId: ids[0] ?? null };
    const signed = ids.find((id) => isSignedCallback(hmacKey, id, this.#signature, now));
    return signed === undefined
      ? { kind: 'refused', reason: 'The signature is missing, expired or wrong.', ids }
      : { kind: 'read', ids, providerTaskId: signed };
  }
}

/** The headers of a signed callback. */
export interface CallbackSignature {
  /** `X-Webhook-Timestamp`: seconds since 1970. */
  readonly timestamp: string | null;
  /** `X-Webhook-Signature`: base64. */
  readonly signature: string | null;
}

/**
 * True if a callback was signed with our key, lately. The signature is over `taskId.timestamp` and not over the
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
