import type { Answer } from '../../../../src/providers/http/answer.ts';
import type { Contract } from '../../../../src/providers/kie/submit/create-body.ts';
import type { KieRecord } from '../../../../src/providers/kie/check/check-response.ts';

/** The task that is asked for. */
export const taskId = '2aeff425a5f21580d2f225c4129e63ab';
export const video = 'https://tempfile.aiquickdraw.com/v/8b95fc92b0a5e9fff2b13256dad8b135_1761820876.mp4';
export const high = 'https://file.aiquickdraw.com/v/high_1.mp4';
export const low = 'https://tempfile.aiquickdraw.com/s/low_1.mp4';
export const attacker = 'https://attacker.example/echoed.mp4';

/** One shape of an answer to a status request, where it is from, and what it says. */
export interface RecordRow {
  readonly name: string;
  /** `doc`: published documentation; `live`: recorded traffic; `client`: public client code; `seed`; `ours`: our own care. */
  readonly source: string;
  readonly body: unknown;
  /** HTTP status; 200 when it is left out. */
  readonly status?: number;
  /** Whose route was asked; `jobs` when it is left out. */
  readonly contract?: Contract;
  readonly verdict: { readonly kind: KieRecord['kind'] } & Readonly<Record<string, unknown>>;
}

/** An answer as the wire gives it; a string is no JSON. */
export const answerOf = (body: unknown, status = 200): Answer => ({
  status,
  retryAfterMs: null,
  json: typeof body === 'string' ? undefined : body,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

export const envelope = (data: unknown, code = 200, msg = 'success') => ({ code, msg, data });

export const completed = { kind: 'completed', url: video } as const;
export const processing = { kind: 'processing' } as const;
export const unknown = { kind: 'unknown' } as const;
export const notFound = { kind: 'notFound' } as const;
export const unavailable = { kind: 'unavailable' } as const;
export const failed = (code: string, providerCode: string | null = null) =>
  ({ kind: 'failed', code, providerCode }) as const;
