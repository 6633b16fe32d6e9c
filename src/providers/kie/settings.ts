import { flag, headerText, httpUrl, integer, milliseconds, oneOf, text } from '../../settings/parsers.ts';
import { optionalSetting, setting, type Values } from '../../settings/setting.ts';
import { parsePrices } from './operator-price.ts';

/** Settings of the Kie account. */
export const kieSettings = {
  apiKey: optionalSetting('KIE_API_KEY', 'key of the Kie.ai account', headerText),
  baseUrl: setting('KIE_BASE_URL', 'https://api.kie.ai', "base URL of Kie's API", httpUrl),
  uploadUrl: setting(
    'KIE_UPLOAD_URL',
    'https://kieai.redpandaai.co',
    "base URL of Kie's file upload",
    httpUrl,
  ),
  contract: setting(
    'KIE_CONTRACT',
    'jobs',
    'wire contract of new tasks: jobs, veo or task',
    oneOf('jobs', 'veo', 'task'),
  ),
  webhookHmacKey: optionalSetting(
    'KIE_WEBHOOK_HMAC_KEY',
    "key of the account's signed callbacks; unset: callbacks need no signature",
    text,
  ),
  pollIntervalMs: setting(
    'KIE_POLL_INTERVAL_MS',
    '10000',
    'milliseconds between two checks of a Kie task',
    milliseconds(50),
  ),
  createsPer10s: setting(
    'KIE_CREATES_PER_10S',
    '20',
    'how many tasks the Kie account may start in ten seconds; 0: no limit',
    integer(0),
  ),
  catalogRefresh: setting(
    'KIE_CATALOG_REFRESH',
    'true',
    "read success rates of the listed models, and whether their prices still hold, from Kie's catalogue every six hours",
    flag,
  ),
  prices: optionalSetting(
    'KIE_PRICES',
    'comma-separated MODEL=USD or MODEL/P1080=USD pairs: prices of one video (USD/s: of each second) that take precedence over the built-in list',
    parsePrices,
  ),
};

/** The values of these settings. */
export type KieConfig = Values<typeof kieSettings>;
