import type { IncomingHttpHeaders } from 'node:http';
import type { BodyText } from './body.ts';
import { describeFault, NoAnswerError } from './faults.ts';
import { parseJson } from './json.ts';
import { withoutSecrets } from './secrets.ts';

/** A response as it arrived. The status proves little: Kie sends most failures with HTTP 200. */
export interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** Undefined when the body is not JSON, or cannot be read: too long, or in no encoding that we know. */
  readonly json: unknown;
  /** The body, as far as it could be read, without the keys of the request. */
  readonly text: string;
}

/** A response, and what it answers. */
export interface Received {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: BodyText;
  /** The headers of the request. */
  readonly sent: Readonly<Record<string, string>>;
  readonly mayHaveBeenSent: boolean;
}

/** The answer in a response. @throws NoAnswerError where the body was cut */
export function answerOf({ status, headers, body, sent, mayHaveBeenSent }: Received): Answer {
  const text = withoutSecrets(body.text, sent);
  if (body.end === 'cut') {
    throw new NoAnswerError(describeFault(body.error), mayHaveBeenSent, body.error, text);
  }
  return {
    status,
    retryAfterMs: readRetryAfter(headers['retry-after']),
    json: body.end === 'whole' ? parseJson(text) : undefined,
    text,
  };
}

/** Seconds or an HTTP date (RFC 9110); null when it is neither. How much of it is believed is the worker's matter. */
export function readRetryAfter(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
