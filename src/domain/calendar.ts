/**
 * The last moment that RFC 3339 can write, in milliseconds since 1970. A plan beyond it means "never" as well, but
 * no text could tell it, and SQLite hands no integer above 2^53 back: one such row would stop every read.
 */
export const endOfCalendar = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A planned time as a database may keep it. */
export const withinCalendar = (time: number): number => Math.min(time, endOfCalendar);
