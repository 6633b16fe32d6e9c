/** Quotas of requests are per minute: without a `Retry-After`, the next minute has another one. In milliseconds. */
export const quotaWindowMs = 60_000;
