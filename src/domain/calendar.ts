/**
 * The last moment that RFC 3339 can write, in milliseconds since 1970. A due time after it means "never" as well, but
 * no string could state it, and SQLite returns no integer above 2^53: one such row would stop every read.
 */
export const endOfCalendar = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A due time as a database can hold it: in whole milliseconds, at most the end of the calendar. */
export const withinCalendar = (time: number): number => Math.min(Math.ceil(time), endOfCalendar);
