import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { Agent, Client, FormData, request, type Dispatcher } from 'undici';
import { DeadlineSignal } from '../../time/deadline.ts';
import { answerOf, readRetryAfter, type Answer } from './answer.ts';
import { faultOf, NoAnswerError } from './faults.ts';
import { decoded, decodedText, readText } from './body.ts';
import { exchange, type ExchangeRequest } from './exchange.ts';

/** Answers of the API are under a few KB (recordings, 2026); a page of HTML may be larger. */
const maxAnswerBytes = 1024 * 1024;
/** 20 MB over a slow line take longer than any other request. */
const uploadTimeoutFactor = 4;
/** For connections that no request waits for any longer: longer than any request. */
const connectTimeoutFactor = 2 * uploadTimeoutFactor;
/** Cloudflare refuses the user agents of libraries with `error code: 1010` (seen with Python clients, 2026). */
const userAgent = 'Mozilla/5.0 (compatible; Reelay)';

/** The reason for which a connection of one request is closed. No request sees it: the only one has its outcome. */
const requestEnded = new Error('the request has ended');

/** Settings of the requests to one provider. */
export interface ProviderHttpOptions {
  /** For one request. */
  readonly timeoutMs: number;
  /** Sent with every request, such as a key. No redirect is followed, so no other address gets them. */
  readonly headers?: Headers;
}

/** Names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** A body that is read while it is sent. */
export class SizedBody {
  readonly sizeBytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;

  constructor(sizeBytes: number, read: () => AsyncIterable<Uint8Array>) {
    this.sizeBytes = sizeBytes;
    this.read = read;
  }
}

/** A response whose body is read by the caller, to its end or until it is destroyed. */
export interface OpenAnswer {
  readonly status: number;
  /** As undici gives them: names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly retryAfterMs: number | null;
  readonly body: Readable;
}

/** Options of a request. */
interface RequestParts {
  readonly method: 'GET' | 'POST';
  readonly dispatcher: Dispatcher;
  readonly headers?: Headers;
  /** Undefined: none. A form sets its own content type; anything else is sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly mayBeRepeated?: boolean;
  /** Without it: those that are unpacked. */
  readonly encodings?: string;
}

/** The wire to a provider: HTTP/1.1, no retries, no redirects, bounded in time and size. */
export class ProviderHttp implements AsyncDisposable {
  readonly #headers: Headers;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor({ timeoutMs, headers = {} }: ProviderHttpOptions) {
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent(this.#clientOptions());
  }

  /**
   * Sends a request that may be repeated.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async get(url: string, signal: AbortSignal, headers: Headers = {}): Promise<Answer> {
    return this.#exchange(url, { method: 'GET', headers: this.#headersOf({ headers }) }, signal);
  }

  /**
   * Posts what may be posted again.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async post(url: string, body: unknown, signal: AbortSignal, headers: Headers = {}): Promise<Answer> {
    const parts = { method: 'POST', headers: this.#headersOf({ headers, body }) } as const;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.#exchange(url, { ...parts, ...text }, signal);
  }

  /**
   * Posts once, on a connection of its own: on a reused one, a reset before the server read anything would
   * look like one after it.
   *
   * @param body sent as JSON
   * @param mayStart called once when the connection is open, just before the first byte is written
   * @throws NoAnswerError, OwnFaultError
   */
  async postOnce(
    url: string,
    body: unknown,
    signal: AbortSignal,
    mayStart: () => boolean,
    headers: Headers = {},
  ): Promise<Answer> {
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
      const dispatcher = client.compose(gate);
      const timeoutMs = (body instanceof SizedBody ? uploadTimeoutFactor : 1) * this.#timeoutMs;
      const parts = { method: 'POST', dispatcher, body, headers, timeoutMs, mayBeRepeated: false } as const;
      return await this.#read(url, parts, signal, () => started);
    } finally {
      // With a reason of ours: undici would make one with a stack for each connection.
      await client.destroy(requestEnded);
    }
  }

  /**
   * Sends a file; the length is known, and the file is read as it goes. May be repeated.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async upload(url: string, form: FormData, signal: AbortSignal): Promise<Answer> {
    const timeoutMs = uploadTimeoutFactor * this.#timeoutMs;
    const parts = { method: 'POST', dispatcher: this.#agent, body: form, timeoutMs } as const;
    return this.#read(url, parts, signal, () => true);
  }

  /**
   * Sends a request that may be repeated, for a body that is too large to hold: only its head, and each silence in the
   * body, are bounded in time. Without `json` it is a GET.
   *
   * @throws NoAnswerError, OwnFaultError
   */
  async open(
    url: string,
    { json, headers = {} }: { readonly json?: unknown; readonly headers?: Headers },
    signal: AbortSignal,
  ): Promise<OpenAnswer> {
    const parts = { method: json === undefined ? 'GET' : 'POST', body: json, headers } as const;
    using deadline = new DeadlineSignal(this.#timeoutMs);
    const ending = new AbortController();
    const stop = () => ending.abort(deadline.signal.reason);
    deadline.signal.addEventListener('abort', stop);
    try {
      const {
        statusCode,
        headers: answered,
        body,
      } = await request(url, {
        ...this.#optionsOf({ ...parts, dispatcher: this.#agent, encodings: 'identity' }),
        bodyTimeout: this.#timeoutMs,
        signal: AbortSignal.any([signal, ending.signal]),
      });
      const retryAfterMs = readRetryAfter(answered['retry-after']);
      const unpacked = decoded(body, answered);
      // Destroying a body that has not ended is an error event, which ends the process where no one listens.
      unpacked.on('error', () => undefined);
      return { status: statusCode, headers: answered, retryAfterMs, body: unpacked };
    } catch (error) {
      throw faultOf(error, true, true);
    } finally {
      deadline.signal.removeEventListener('abort', stop);
    }
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

  #headersOf({
    headers,
    body,
    encodings = 'gzip, br',
  }: Pick<RequestParts, 'headers' | 'body' | 'encodings'>): Headers {
    return {
      accept: 'application/json',
      'accept-encoding': encodings,
      'user-agent': userAgent,
      ...this.#headers,
      ...headers,
      ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...(body instanceof SizedBody && { 'content-length': String(body.sizeBytes) }),
    };
  }

  #optionsOf(parts: RequestParts) {
    const { method, dispatcher, body } = parts;
    const isForm = body instanceof FormData;
    return {
      method,
      dispatcher,
      headers: this.#headersOf(parts),
      ...(body !== undefined && {
        body: isForm
          ? body
          : body instanceof SizedBody
            ? Readable.from(body.read(), { objectMode: false })
            : JSON.stringify(body),
      }),
    };
  }

  /** What may be repeated, and is sent at once: nearly all requests. */
  async #exchange(
    url: string,
    parts: Omit<ExchangeRequest, 'dispatcher'>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const limits = { timeoutMs: this.#timeoutMs, maxBytes: maxAnswerBytes, signal };
    try {
      const { status, headers, bytes, ...end } = await exchange(
        url,
        { ...parts, dispatcher: this.#agent },
        limits,
      );
      const body = await decodedText(bytes, headers['content-encoding'], end, maxAnswerBytes);
      return answerOf({ status, headers, body, sent: parts.headers, mayHaveBeenSent: true });
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      throw faultOf(error, true, true);
    }
  }

  async #read(
    url: string,
    parts: RequestParts,
    signal: AbortSignal,
    mayHaveBeenSent: () => boolean,
  ): Promise<Answer> {
    const { timeoutMs = this.#timeoutMs, mayBeRepeated = true } = parts;
    using deadline = new DeadlineSignal(timeoutMs);
    try {
      const response = await request(url, {
        ...this.#optionsOf(parts),
        signal: AbortSignal.any([signal, deadline.signal]),
      });
      const { statusCode: status, headers } = response;
      const body = await readText(response.body, headers['content-encoding'], maxAnswerBytes);
      const sent = { ...this.#headers, ...parts.headers };
      return answerOf({ status, headers, body, sent, mayHaveBeenSent: mayHaveBeenSent() });
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      throw faultOf(error, mayBeRepeated, mayHaveBeenSent());
    }
  }
}
