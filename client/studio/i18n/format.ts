import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** Dollars, with cents. */
export const money = (i18n: I18n, amount: number): string =>
  i18n.number(amount, {
    style: 'currency',
    currency: 'USD',
    maximumFractionDigits: amount < 1 ? 3 : 2,
    minimumFractionDigits: 2,
  });

/** Whole percent. */
export const percent = (i18n: I18n, value: number): string =>
  i18n.number(value / 100, { style: 'percent', maximumFractionDigits: 0 });

/** Seconds for people: 42 s, 1:05. */
export function duration(i18n: I18n, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return i18n.t(msg`${whole} s`);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** An estimate of seconds as people say it: 40 sec, 1 min, 12 min. */
export function roughDuration(i18n: I18n, seconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour') =>
    i18n.number(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 1 });
  if (seconds < 55) return unit(Math.max(5, Math.round(seconds / 5) * 5), 'second');
  if (seconds < 3570) return unit(Math.round(seconds / 60), 'minute');
  return unit(Math.round(seconds / 360) / 10, 'hour');
}

/** The time for today, day and time for other days, with the year where it is another one. */
export const moment = (i18n: I18n, at: string): string =>
  i18n.date(at, { ...dayOf(at), hour: 'numeric', minute: '2-digit' });

/** The time for today, the day alone for other days: where there is little room. */
export const briefMoment = (i18n: I18n, at: string): string => {
  const options = dayOf(at);
  return i18n.date(at, Object.keys(options).length > 0 ? options : { hour: 'numeric', minute: '2-digit' });
};

/** A day of the calendar, given as YYYY-MM-DD, with the year where it is another one. */
export const day = (i18n: I18n, date: string): string =>
  i18n.date(`${date}T12:00`, { day: 'numeric', month: 'short', ...dayOf(`${date}T12:00`) });

/** The same with seconds, for steps in quick succession. */
export const clock = (i18n: I18n, at: string): string =>
  i18n.date(at, { ...dayOf(at), hour: 'numeric', minute: '2-digit', second: '2-digit' });

function dayOf(at: string): Intl.DateTimeFormatOptions {
  const [then, now] = [new Date(at), new Date()];
  if (then.toDateString() === now.toDateString()) return {};
  const short = { day: 'numeric', month: 'short' } as const;
  return then.getFullYear() === now.getFullYear() ? short : { ...short, year: 'numeric' };
}

/** A size in megabytes or kilobytes. */
export const size = (i18n: I18n, bytes: number): string =>
  bytes >= 1e6
    ? i18n.number(bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 })
    : i18n.number(Math.max(1, bytes / 1e3), { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 });
