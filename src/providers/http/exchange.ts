import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Deadline } from '../../time/deadline.ts';
import type { BodyText } from './body.ts';

/** A request without a body, or with one that is a string. */
export interface ExchangeRequest {
  readonly dispatcher: Dispatcher;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Bounds of an exchange. */
export interface ExchangeLimits {
  /** For the whole of it, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the body, as it arrives: more of it is not read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** A response, as far as it came. */
export interface Exchanged {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** `cut`: the connection ended the body, by `error`. `unreadable`: it has more than `maxBytes`. */
  readonly end: BodyText['end'];
  readonly error?: unknown;
}

/**
 * Sends a request and reads the response to its end. As `request` of undici, without the stream and the chained signals,
 * which took a third of the CPU of a check.
 *
 * @throws what ended it before a response began: a system error, the reason of the signal, or a `TimeoutError`
 */
export function exchange(
  url: string,
  { dispatcher, ...request }: ExchangeRequest,
  { timeoutMs, maxBytes, signal }: ExchangeLimits,
): Promise<Exchanged> {
  signal.throwIfAborted();
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const handler = new Collector(maxBytes, (outcome) => {
      deadline[Symbol.dispose]();
      signal.removeEventListener('abort', stop);
      if (outcome.kind === 'failed') reject(outcome.error);
      else resolve(outcome.exchanged);
    });
    const stop = () => handler.end(signal.reason);
    const deadline = new Deadline(timeoutMs, () =>
      handler.end(new DOMException('The time limit has passed', 'TimeoutError')),
    );
    signal.addEventListener('abort', stop);
    try {
      dispatcher.dispatch({ origin, path: pathname + search, ...request }, handler);
    } catch (error) {
      handler.end(error);
    }
  });
}

type Outcome =
  | { readonly kind: 'answered'; readonly exchanged: Exchanged }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Collects one response. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #onOutcome: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #head: Pick<Exchanged, 'status' | 'headers'> | null = null;
  readonly #parts: Buffer[] = [];
  #length = 0;
  #isOver = false;
  #reason: unknown;

  /** @param onOutcome called once */
  constructor(maxBytes: number, onOutcome: (outcome: Outcome) => void) {
    this.#maxBytes = maxBytes;
    this.#onOutcome = onOutcome;
  }

  /** Ends the exchange early; what has come of a body is kept. */
  end(error: unknown): void {
    if (this.#isOver) return;
    this.#finish('cut', error);
    this.#reason = error;
    this.#controller?.abort(error as Error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Ended while it waited for a connection.
    if (this.#isOver) controller.abort(this.#reason as Error);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Interim responses come before the one that counts.
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(controller: Dispatcher.DispatchController, part: Buffer): void {
    if (this.#isOver) return;
    this.#length += part.byteLength;
    if (this.#length <= this.#maxBytes) {
      this.#parts.push(part);
      return;
    }
    this.#finish('unreadable');
    controller.abort(new Error('The response is too long'));
  }

  onResponseEnd(): void {
    this.#finish('whole');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish('cut', error);
  }

  #finish(end: Exchanged['end'], error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#head === null) this.#onOutcome({ kind: 'failed', error });
    else {
      const [first, ...others] = this.#parts;
      const bytes = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#parts);
      this.#onOutcome({ kind: 'answered', exchanged: { ...this.#head, bytes, end, error } });
    }
  }
}
