import type { Viewer } from '../../schema/context.ts';

/** Who asks, and until when that is known. */
export interface Identity {
  readonly viewer: Viewer;
  /** Milliseconds since 1970; null when it does not end by itself. */
  readonly expiresAt: number | null;
}

/** Why a credential is not accepted, for the caller: one sentence of at most 120 ASCII characters. */
export interface Refusal {
  readonly refusal: string;
}

/** `setTimeout` fires at once beyond this; 25 days are the longest that a socket lives on one token. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back when an identity ends; the caller clears the timer. */
export function onExpiry({ expiresAt }: Identity, expired: () => void): NodeJS.Timeout | undefined {
  return expiresAt === null
    ? undefined
    : setTimeout(expired, Math.min(longestTimerMs, Math.max(0, expiresAt - Date.now())));
}
