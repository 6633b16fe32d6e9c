import { integer, milliseconds } from '../settings/parsers.ts';
import { setting, type Values } from '../settings/setting.ts';

/** Work on tasks, whichever provider makes the video. */
export const workSettings = {
  providerTimeoutMs: setting(
    'PROVIDER_TIMEOUT_MS',
    '30000',
    'milliseconds for one request to a provider',
    milliseconds(1),
  ),
  // A thousand days: four times that is still a valid date.
  patienceMs: setting(
    'PATIENCE_MS',
    '21600000',
    'milliseconds that a task may stay unfinished',
    integer(1, 86_400_000_000),
  ),
  leaseMs: setting(
    'LEASE_MS',
    '30000',
    'milliseconds that claimed work is reserved for its worker without a renewal',
    milliseconds(200),
  ),
};

/** The values of these settings. */
export type WorkConfig = Values<typeof workSettings>;
