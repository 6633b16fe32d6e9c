import { headerText, httpUrl, list, milliseconds, oneOf, prices, text, whole } from '../settings/parsers.ts';
import { Complaint, given, optional } from '../settings/variable.ts';

/** The providers that there are. */
export const providerWords = ['kie', 'google', 'simulator'] as const;
const providers = (value: string) => {
  const words = list(value).map((word) => providerWords.find((known) => known === word));
  return words.length > 0 && words.every((word) => word !== undefined)
    ? [...new Set(words)]
    : new Complaint(`must be a comma-separated list of ${providerWords.join(', ')}`);
};

/** Providers, and the work with them. */
export const providerVariables = {
  PROVIDERS: optional(
    'comma list of kie, google, simulator in order of preference; unset: those with credentials, else the simulator',
    providers,
  ),
  KIE_API_KEY: optional('key of the Kie.ai account', headerText),
  KIE_BASE_URL: given('https://api.kie.ai', "Kie's API", httpUrl),
  KIE_UPLOAD_URL: given('https://kieai.redpandaai.co', "Kie's file upload", httpUrl),
  KIE_CONTRACT: given('jobs', 'wire contract of new work: jobs, veo or task', oneOf('jobs', 'veo', 'task')),
  KIE_WEBHOOK_HMAC_KEY: optional(
    "key of the account's signed callbacks; unset: unsigned ones are taken",
    text,
  ),
  KIE_POLL_INTERVAL_MS: given('10000', 'milliseconds between two checks of a Kie task', milliseconds(50)),
  KIE_CREATES_PER_10S: given(
    '20',
    'how many tasks the Kie account may start in ten seconds; 0: no limit',
    whole(0),
  ),
  KIE_PRICES: optional(
    'MODEL=USD or MODEL/P1080=USD pairs, comma separated: prices of one video (USD/s: of each second) that go before the built-in list',
    prices,
  ),
  PROVIDER_TIMEOUT_MS: given('30000', 'milliseconds for one request to a provider', milliseconds(1)),
  // A thousand days: four times that is still a time that everything can write down.
  PATIENCE_MS: given(
    '21600000',
    'milliseconds that a task may stay without an end',
    whole(1, 86_400_000_000),
  ),
  LEASE_MS: given(
    '30000',
    'milliseconds that claimed work is kept from other workers without a renewal',
    milliseconds(200),
  ),
  SIMULATOR_DURATION_MS: given(
    '8000',
    'milliseconds that the built-in simulator takes for a video',
    milliseconds(0),
  ),
};
