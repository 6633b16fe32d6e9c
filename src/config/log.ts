import { flag, oneOf } from '../settings/parsers.ts';
import { setting, type Values } from '../settings/setting.ts';

/** The log. */
export const logSettings = {
  level: setting(
    'LOG_LEVEL',
    'info',
    'trace, debug, info, warn, error, fatal or silent',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  ),
  pretty: setting('LOG_PRETTY', 'false', 'true prints the log for people instead of machines', flag),
};

/** The values of these settings. */
export type LogConfig = Values<typeof logSettings>;
