import type { Owner } from '../domain/video-task.ts';
import { ConfigError } from '../settings/config-error.ts';
import { hostnameOf, isLoopbackName } from '../settings/addresses/loopback.ts';
import { documentUrl, list, secret, text } from '../settings/parsers.ts';
import { Invalid, optionalSetting, type Values } from '../settings/setting.ts';

/** Headers carry no other characters unchanged, and a shorter key can be guessed by trying. */
const keyShape = /^[\x21-\x7e]{16,}$/;

const apiKeys = (value: string) => {
  const pairs = list(value).map((pair) => /^([^:\s\p{Cc}]+):(.+)$/su.exec(pair));
  if (!pairs.every((pair) => pair !== null)) return new Invalid('must be comma-separated NAME:KEY pairs');
  const keys = pairs.map(([, name = '', key = '']) => ({ name, key }));
  if (!keys.every(({ key }) => keyShape.test(key))) {
    return new Invalid('must have keys of at least 16 printable ASCII characters without spaces');
  }
  return new Set(keys.map(({ key }) => key)).size === keys.length
    ? keys
    : new Invalid('must have each key once: two names share one');
};

const metricsKey = (value: string) =>
  keyShape.test(value)
    ? value
    : new Invalid('must have at least 16 printable ASCII characters without spaces');

/** Sums of more millionths of a dollar are not exact. */
const maxUsd = 1_000_000_000;

/** Monthly limits by owner; under the empty name, the limit of every owner that is not named. */
const budgets = (value: string) => {
  const pairs = list(value).map((item) => /^(?:(local|(?:key|jwt):.+)=)?(\d+(?:\.\d+)?)$/su.exec(item));
  if (!pairs.every((pair) => pair !== null)) {
    return new Invalid(
      'must be comma-separated OWNER=USD pairs with owners as local, key:NAME or jwt:SUB, or one number for everyone',
    );
  }
  const limits = new Map(pairs.map(([, owner = '', usd]) => [owner, Number(usd)]));
  if (limits.size < pairs.length) return new Invalid('must name each owner once');
  return [...limits.values()].every((usd) => usd <= maxUsd)
    ? limits
    : new Invalid(`must be at most ${maxUsd} for each owner`);
};

/** Owners by name; never quoted, as one may be a key that was written there by mistake. */
const ownersOf = (value: string) => {
  const names = list(value);
  return names.every((name) => /^(?:local|(?:key|jwt):.+)$/su.test(name))
    ? new Set(names as Owner[])
    : new Invalid('must be comma-separated owners as local, key:NAME or jwt:SUB');
};

/** Credentials of callers, and how much their owners may spend. */
export const authSettings = {
  apiKeys: optionalSetting(
    'API_KEYS',
    'comma-separated NAME:KEY pairs, keys of at least 16 printable ASCII characters; the owner is key:NAME',
    apiKeys,
  ),
  jwtSecret: optionalSetting(
    'JWT_SECRET',
    'shared secret (HS256 and longer) of accepted tokens, which must have exp and sub; the owner is jwt:SUB',
    secret(32),
  ),
  jwksUrl: optionalSetting(
    'JWT_JWKS_URL',
    'URL of the key set (JWKS) of accepted tokens, which must have exp and sub; the owner is jwt:SUB',
    documentUrl,
  ),
  jwtIssuer: optionalSetting('JWT_ISSUER', 'issuer that tokens must name', text),
  jwtAudience: optionalSetting('JWT_AUDIENCE', 'audience that tokens must name', text),
  admins: optionalSetting(
    'ADMINS',
    'comma-separated owners (local, key:NAME, jwt:SUB) that may see and change the tasks of all owners',
    ownersOf,
  ),
  metricsKey: optionalSetting(
    'METRICS_KEY',
    'a key that opens /metrics and nothing else (Authorization: Bearer), of at least 16 printable ASCII characters',
    metricsKey,
  ),
  budgetPerMonth: optionalSetting(
    'BUDGET_PER_MONTH',
    'the most that owners may spend in a UTC month: comma-separated OWNER=USD pairs (local, key:NAME, jwt:SUB), or one number for everyone',
    budgets,
  ),
};

/** The values of these settings. */
export type AuthConfig = Values<typeof authSettings>;

/**
 * Checks the credentials as a whole.
 *
 * @param host the address that the server listens on
 * @throws ConfigError for settings that exclude or require each other
 */
export function checkAuth(auth: AuthConfig, host: string): void {
  const acceptsTokens = auth.jwtSecret !== null || auth.jwksUrl !== null;
  if (auth.jwtSecret !== null && auth.jwksUrl !== null) {
    throw new ConfigError('JWT_SECRET', 'cannot be set together with JWT_JWKS_URL: choose one');
  }
  for (const name of ['jwtIssuer', 'jwtAudience'] as const) {
    if (auth[name] !== null && !acceptsTokens) {
      const { variable } = authSettings[name];
      throw new ConfigError(variable, 'requires JWT_SECRET or JWT_JWKS_URL: without one it checks nothing');
    }
  }
  if (!isLoopback(host) && auth.apiKeys === null && !acceptsTokens) {
    throw new ConfigError(
      'HOST',
      'is an address that others can reach, which requires API_KEYS, JWT_SECRET or JWT_JWKS_URL',
    );
  }
  if (auth.apiKeys?.some(({ key }) => key === auth.metricsKey) === true) {
    throw new ConfigError('METRICS_KEY', 'must differ from the keys of API_KEYS: it opens /metrics alone');
  }
  const names = new Set(auth.apiKeys?.map(({ name }) => `key:${name}`));
  const named = { BUDGET_PER_MONTH: auth.budgetPerMonth?.keys(), ADMINS: auth.admins?.keys() };
  for (const [variable, owners] of Object.entries(named)) {
    for (const owner of owners ?? []) {
      if (owner.startsWith('key:') && !names.has(owner)) {
        // The owner is not quoted: it may be a key that was written there by mistake.
        throw new ConfigError(variable, 'must name as key:NAME only names that API_KEYS has');
      }
    }
  }
}

/** True if only this machine can reach an address that a server listens on. */
const isLoopback = (host: string): boolean => isLoopbackName(hostnameOf(host) ?? host);
