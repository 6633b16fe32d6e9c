import { flag, oneOf } from '../settings/parsers.ts';
import { given } from '../settings/variable.ts';

/** The log. */
export const logVariables = {
  LOG_LEVEL: given(
    'info',
    'trace, debug, info, warn, error, fatal or silent',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  ),
  LOG_PRETTY: given('false', 'true prints the log for people instead of machines', flag),
};
