import { Agent, Client, request, type Dispatcher, type FormData } from 'undici';
import { DeadlineSignal } from '../../time/deadline.ts';
import { readText } from './body.ts';
import { parseJson } from './json.ts';

/** A response as it arrived. The status proves little: Kie sends most failures with HTTP 200. */
export interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** Undefined when the body is not JSON, or cannot be read: too long, or in no encoding that we know. */
  readonly json: unknown;
  /** The body, as far as it could be read. */
  readonly text: string;
}

/** A request that ended without a complete response. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  /** Whether a byte of it may have been written. */
  readonly mayHaveBeenSent: boolean;
  /** The part of the response that arrived before the connection ended. */
  readonly partialText: string;

  constructor(reason: string, mayHaveBeenSent: boolean, cause: unknown, partialText = '') {
    super(reason, { cause });
    this.mayHaveBeenSent = mayHaveBeenSent;
    this.partialText = partialText;
  }
}

/** A request that never began because of this machine: its files, its memory, its limits. Not the provider's fault. */
export class OwnFaultError extends Error {
  override readonly name = 'OwnFaultError';
}

/** System errors of this machine, whatever the address of the request. */
const ownFaults: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EIO',
  'EISDIR',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOENT',
  'ENOMEM',
  'ENOSPC',
  'EPERM',
  'EROFS',
]);

/** Answers of the API are under a few KB (recordings, 2026); a page of HTML may be larger. */
const maxAnswerBytes = 1024 * 1024;
/** 20 MB over a slow line take longer than any other request. */
const uploadTimeoutFactor = 4;
/** For connections that no request waits for any longer: longer than any request. */
const connectTimeoutFactor = 2 * uploadTimeoutFactor;
/** Cloudflare refuses the user agents of libraries with `error code: 1010` (seen with Python clients, 2026). */
const userAgent = 'Mozilla/5.0 (compatible; Reelay)';

/** Kie's wire: HTTP/1.1, no retries, no redirects, bounded in time and size. */
export class KieHttp implements AsyncDisposable {
  readonly #apiKey: string;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor(apiKey: string, timeoutMs: number) {
    this.#apiKey = apiKey;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent(this.#clientOptions());
  }

  /**
   * Sends a request that may be repeated.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async get(url: string, signal: AbortSignal): Promise<Answer> {
    return this.#send(url, { method: 'GET', dispatcher: this.#agent }, signal, () => true);
  }

  /**
   * Posts once, on a connection of its own: on a reused one, a reset before the server read anything would
   * look like one after it.
   *
   * @param mayStart called once when the connection is open, just before the first byte is written
   * @throws NoAnswerError, OwnFaultError
   */
  async postOnce(url: string, body: unknown, signal: AbortSignal, mayStart: () => boolean): Promise<Answer> {
    let started = false;
    // HTTP/2 is off: undici was measured to send a POST again after REFUSED_STREAM and GOAWAY.
    const client = new Client(new URL(url).origin, this.#clientOptions());
    const gate: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          handler.onRequestStart?.(controller, context);
          if (mayStart()) started = true;
          else controller.abort(new Error('the lease ran out before the first byte'));
        },
        onRequestUpgrade: (...parts) => handler.onRequestUpgrade?.(...parts),
        onResponseStart: (...parts) => handler.onResponseStart?.(...parts),
        onResponseData: (...parts) => handler.onResponseData?.(...parts),
        onResponseEnd: (...parts) => handler.onResponseEnd?.(...parts),
        onResponseError: (...parts) => handler.onResponseError?.(...parts),
      });
    try {
      const options = {
        method: 'POST' as const,
        dispatcher: client.compose(gate),
        body: JSON.stringify(body),
        contentType: 'application/json',
        mayBeRepeated: false,
      };
      return await this.#send(url, options, signal, () => started);
    } finally {
      await client.destroy();
    }
  }

  /**
   * Sends a file; the length is known, and the file is read as it goes. May be repeated.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async upload(url: string, form: FormData, signal: AbortSignal): Promise<Answer> {
    const timeoutMs = uploadTimeoutFactor * this.#timeoutMs;
    return this.#send(
      url,
      { method: 'POST', dispatcher: this.#agent, body: form, timeoutMs },
      signal,
      () => true,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  #clientOptions() {
    return {
      allowH2: false,
      // One limit holds for the whole of a request, and none ends early because this process was paused.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutFactor * this.#timeoutMs },
    };
  }

  async #send(
    url: string,
    options: {
      method: 'GET' | 'POST';
      dispatcher: Dispatcher;
      body?: string | FormData;
      contentType?: string;
      timeoutMs?: number;
      mayBeRepeated?: boolean;
    },
    signal: AbortSignal,
    mayHaveBeenSent: () => boolean,
  ): Promise<Answer> {
    const {
      method,
      dispatcher,
      body,
      contentType,
      timeoutMs = this.#timeoutMs,
      mayBeRepeated = true,
    } = options;
    using deadline = new DeadlineSignal(timeoutMs);
    try {
      const response = await request(url, {
        method,
        dispatcher,
        signal: AbortSignal.any([signal, deadline.signal]),
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip, br',
          authorization: `Bearer ${this.#apiKey}`,
          'user-agent': userAgent,
          ...(contentType !== undefined && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body }),
      });
      const encoding = response.headers['content-encoding'];
      const { text, end, error } = await readText(response.body, encoding, maxAnswerBytes);
      if (end === 'cut') throw new NoAnswerError(describe(error), mayHaveBeenSent(), error, text);
      return {
        status: response.statusCode,
        retryAfterMs: readRetryAfter(response.headers['retry-after']),
        json: end === 'whole' ? parseJson(text) : undefined,
        text,
      };
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      const reason = describe(error);
      const mayBeSent = mayHaveBeenSent();
      if (isOwnFault(error) && (mayBeRepeated || !mayBeSent))
        throw new OwnFaultError(reason, { cause: error });
      throw new NoAnswerError(reason, mayBeSent, error);
    }
  }
}

const isOwnFault = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && ownFaults.has(error.code)) || error.name === 'NotReadableError');

/** Undici's codes can be looked up by an operator; its messages may contain addresses. */
const describe = (error: unknown): string =>
  !(error instanceof Error)
    ? String(error)
    : 'code' in error && typeof error.code === 'string'
      ? error.code
      : error.name;

/** Seconds or an HTTP date (RFC 9110); null when it is neither. How much of it is believed is the worker's matter. */
function readRetryAfter(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
