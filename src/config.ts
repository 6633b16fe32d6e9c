import { join } from 'node:path';

/** What the environment says is not usable. The message is one line and names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(variable: string, wants: string) {
    super(`${variable}: ${wants}`);
  }
}

/** A variable: what stands without it, what it means, and how its text becomes a value. */
interface Variable<T> {
  /** The text that stands when it is unset; null when there is none. */
  readonly fallback: string | null;
  readonly meaning: string;
  readonly parse: (text: string) => T | Complaint;
}

/** What a parser wants instead. Never repeats the value, which may be a secret. */
class Complaint {
  readonly wants: string;

  constructor(wants: string) {
    this.wants = wants;
  }
}

const given = <T>(fallback: string, meaning: string, parse: Variable<T>['parse']) =>
  ({ fallback, meaning, parse }) as const;
const optional = <T>(meaning: string, parse: Variable<T>['parse']) =>
  ({ fallback: null, meaning, parse }) as const;

const text = (value: string) => value;
/** What fits into a header as it is. */
const headerText = (value: string) =>
  /^[\x21-\x7e]+$/.test(value) ? value : new Complaint('wants letters, digits and signs without spaces');
/** Shorter ones can be found by trying. */
const secret = (least: number) => (value: string) =>
  Buffer.byteLength(value) >= least ? value : new Complaint(`wants at least ${least} bytes`);
const list = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (value: string) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= least && number <= most
      ? number
      : new Complaint(
          most === Number.MAX_SAFE_INTEGER
            ? `wants a whole number, ${least} or more`
            : `wants a whole number from ${least} to ${most}`,
        );
  };

/** A time for a timer: beyond this, timers fire at once. */
const milliseconds = (least: number) => whole(least, 2 ** 31 - 1);

const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (value: string) =>
    words.find((word) => word === value) ?? new Complaint(`wants one of ${words.join(', ')}`);

const flag = (value: string) => {
  const word = oneOf('true', 'false')(value);
  return word instanceof Complaint ? word : word === 'true';
};

const httpUrl = (value: string) => {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.search + url.hash === ''
    ? value.replace(/\/+$/, '')
    : new Complaint('wants an address that starts with http:// or https://, without a user, ? or #');
};

const origins = (value: string) => {
  const parsed = list(value).map((item) => URL.parse(item)?.origin);
  return parsed.every((origin) => origin !== undefined && origin !== 'null')
    ? parsed.filter((origin) => origin !== undefined)
    : new Complaint('wants a comma list of origins such as https://studio.example');
};

const providerWords = ['kie', 'google', 'simulator'] as const;
const providers = (value: string) => {
  const words = list(value).map((word) => providerWords.find((known) => known === word));
  return words.length > 0 && words.every((word) => word !== undefined)
    ? [...new Set(words)]
    : new Complaint(`wants a comma list of ${providerWords.join(', ')}`);
};

const apiKeys = (value: string) => {
  const pairs = list(value).map((pair) => /^([^:\s]+):(\S+)$/.exec(pair));
  if (!pairs.every((pair) => pair !== null)) return new Complaint('wants NAME:KEY pairs, comma separated');
  const keys = pairs.map(([, name = '', key = '']) => ({ name, key }));
  return new Set(keys.map(({ key }) => key)).size === keys.length
    ? keys
    : new Complaint('wants each key once: two names share one');
};

/** `NAME=USD` pairs; a number alone stands for everyone under the empty name. */
const amounts = (what: string, alone: boolean) => (value: string) => {
  const pairs = list(value).map((item) => /^(?:(.+)=)?(\d+(?:\.\d+)?)$/.exec(item));
  return pairs.every((pair) => pair !== null && (alone || pair[1] !== undefined))
    ? new Map(pairs.map((pair) => [pair?.[1]?.trim() ?? '', Number(pair?.[2])]))
    : new Complaint(`wants ${what}=USD pairs, comma separated${alone ? ', or one number for everyone' : ''}`);
};

const databaseUrl = (value: string) => {
  if (/^postgres(ql)?:/.test(value)) {
    return new Complaint('wants sqlite:PATH; PostgreSQL is not supported by this version yet');
  }
  const path = /^sqlite:(.+)$/.exec(value)?.[1];
  return path ?? new Complaint('wants sqlite:PATH');
};

const hosts = (value: string) => {
  const names = list(value);
  return names.every((name) => URL.canParse(`http://${name}`) && !/[/@?#]/.test(name))
    ? names.map((name) => name.toLowerCase())
    : new Complaint('wants a comma list of host names, each with or without :PORT');
};

/** Every variable, once: `--help` and the operator's table are made from this. */
const variables = {
  HOST: given(
    '127.0.0.1',
    'address to listen on; another than loopback needs API_KEYS or a JWT setting',
    (value) => value.replace(/^\[(.*)\]$/, '$1'),
  ),
  PORT: given('8000', 'port to listen on; 0 takes a free one', whole(0, 65_535)),
  PUBLIC_URL: optional('base address under which the outside reaches this server', httpUrl),
  CORS_ORIGINS: optional(
    'comma list of origins whose pages may call the API; unset: any loopback origin on a loopback HOST',
    origins,
  ),
  TRUST_PROXY: given('false', 'take the client address and scheme from Forwarded and X-Forwarded-*', flag),
  INTROSPECTION: given('true', 'false turns introspection and GraphiQL off', flag),
  DATA_DIR: given('./data', 'embedded database, videos and uploads', text),
  DATABASE_URL: optional('sqlite:PATH; unset: reelay.db in DATA_DIR', databaseUrl),
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
  GOOGLE_POLL_INTERVAL_MS: given(
    '5000',
    'milliseconds between two checks of a Google task',
    milliseconds(50),
  ),
  KIE_CREATES_PER_10S: given(
    '20',
    'how many tasks the Kie account may start in ten seconds; 0: no limit',
    whole(0),
  ),
  KIE_PRICES: optional(
    'MODEL=USD or MODEL/P1080=USD pairs, comma separated: prices of one video that go before the built-in list',
    amounts('MODEL', false),
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
  API_KEYS: optional('NAME:KEY pairs, comma separated; the owner is key:NAME', apiKeys),
  JWT_SECRET: optional(
    'shared secret (HS256 and longer) of the tokens to take; the owner is jwt:SUB',
    secret(32),
  ),
  JWT_JWKS_URL: optional(
    'address that publishes the keys of the tokens to take; the owner is jwt:SUB',
    httpUrl,
  ),
  JWT_ISSUER: optional('issuer that tokens must name', text),
  JWT_AUDIENCE: optional('audience that tokens must name', text),
  BUDGET_PER_MONTH: optional(
    'what owners may spend in a UTC month: OWNER=USD pairs, comma separated, or one number for everyone',
    amounts('OWNER', true),
  ),
  FETCH_ALLOW_HOSTS: given(
    '',
    'hosts (NAME or NAME:PORT) that may be private addresses in outgoing fetches',
    hosts,
  ),
  LIMIT_SOCKETS_PER_OWNER: given('20000', 'WebSockets that one owner may hold', whole(1)),
  LIMIT_SUBSCRIPTIONS_PER_OWNER: given('20000', 'subscriptions that one owner may hold', whole(1)),
  LIMIT_OPERATIONS_PER_SOCKET: given('20000', 'operations that one WebSocket may hold', whole(1)),
  LIMIT_MESSAGE_BYTES: given('1048576', 'bytes of one WebSocket message', whole(1024)),
  LIMIT_BODY_BYTES: given('1048576', 'bytes of one request body', whole(1024)),
  LIMIT_PING_MS: given('12000', 'milliseconds between two pings; who misses one is gone', milliseconds(50)),
  LIMIT_STALLED_MS: given(
    '30000',
    'milliseconds after which a reader that is behind is closed',
    milliseconds(100),
  ),
  LOG_LEVEL: given(
    'info',
    'trace, debug, info, warn, error, fatal or silent',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  ),
  LOG_PRETTY: given('false', 'true prints the log for people instead of machines', flag),
} satisfies Record<string, Variable<unknown>>;

type Values = {
  [Name in keyof typeof variables]:
    | Exclude<ReturnType<(typeof variables)[Name]['parse']>, Complaint>
    | ((typeof variables)[Name]['fallback'] extends null ? null : never);
};

/** What the operator chose, checked. Read once, at start. */
export type Config = Omit<Values, 'PROVIDERS' | 'DATABASE_URL'> & {
  /** In order of preference. */
  readonly PROVIDERS: readonly (typeof providerWords)[number][];
  /** The file of the embedded database. */
  readonly DATABASE_URL: string;
};

/**
 * Reads the environment.
 *
 * @throws ConfigError naming the variable and what it wants
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      // An empty variable is one that is not set, as shells and compose files have it.
      const value = env[name]?.trim() || variable.fallback;
      if (value === null) return [name, null];
      const parsed: unknown = variable.parse(value);
      if (parsed instanceof Complaint) throw new ConfigError(name, parsed.wants);
      return [name, parsed];
    }),
  ) as Values;
  const { HOST, API_KEYS, JWT_SECRET, JWT_JWKS_URL } = values;
  if (JWT_SECRET !== null && JWT_JWKS_URL !== null) {
    throw new ConfigError('JWT_SECRET', 'cannot be set together with JWT_JWKS_URL: choose one');
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
    if (values[name] !== null && JWT_SECRET === null && JWT_JWKS_URL === null) {
      throw new ConfigError(name, 'wants JWT_SECRET or JWT_JWKS_URL beside it: alone it checks nothing');
    }
  }
  if (!isLoopback(HOST) && API_KEYS === null && JWT_SECRET === null && JWT_JWKS_URL === null) {
    throw new ConfigError(
      'HOST',
      'an address that others can reach wants API_KEYS, JWT_SECRET or JWT_JWKS_URL',
    );
  }
  return {
    ...values,
    PROVIDERS: chooseProviders(values),
    DATABASE_URL: values.DATABASE_URL ?? join(values.DATA_DIR, 'reelay.db'),
  };
}

function chooseProviders(values: Values): Config['PROVIDERS'] {
  const named = values.PROVIDERS;
  if (named === null) return values.KIE_API_KEY === null ? ['simulator'] : ['kie'];
  if (named.includes('kie') && values.KIE_API_KEY === null) {
    throw new ConfigError('KIE_API_KEY', 'is missing, although PROVIDERS names kie');
  }
  if (named.includes('google')) {
    throw new ConfigError('PROVIDERS', 'google is not supported by this version yet');
  }
  return named;
}

/** Whether only this machine can reach an address that a server listens on. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** The operator's page: each variable with its default and meaning. */
export function describeVariables(): { name: string; fallback: string | null; meaning: string }[] {
  return Object.entries(variables).map(([name, { fallback, meaning }]) => ({ name, fallback, meaning }));
}
