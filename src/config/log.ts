import { flag, oneOf } from '../settings/parsers.ts';
import { optionalSetting, setting, type Values } from '../settings/setting.ts';

/** The log. */
export const logSettings = {
  level: setting(
    'LOG_LEVEL',
    'info',
    'trace, debug, info, warn, error, fatal or silent',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  ),
  pretty: optionalSetting(
    'LOG_PRETTY',
    'true prints the log for people, false for machines, one JSON object a line; unset: for people on a terminal',
    flag,
  ),
};

/** The values of these settings. */
export type LogConfig = Values<typeof logSettings>;
