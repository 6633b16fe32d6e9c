import type { Viewer } from '../../schema/context.ts';

/** A caller, and how long the credential is valid. */
export interface Identity {
  readonly viewer: Viewer;
  /** Milliseconds since 1970; null if the credential does not expire. */
  readonly expiresAt: number | null;
}

/** The reason why a credential is not accepted: one sentence of at most 120 ASCII characters, for the caller. */
export interface Refusal {
  readonly refusal: string;
}

/** `setTimeout` fires immediately beyond this, so a socket lives at most 25 days on one token. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back once when an identity expires. The caller clears the returned timer. */
export function onExpiry({ expiresAt }: Identity, expired: () => void): NodeJS.Timeout | undefined {
  return expiresAt === null
    ? undefined
    : setTimeout(expired, Math.min(longestTimerMs, Math.max(0, expiresAt - Date.now())));
}
