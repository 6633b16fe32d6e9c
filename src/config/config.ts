import { join } from 'node:path';
import { authVariables, unknownOwners } from './auth.ts';
import { ConfigError } from './config-error.ts';
import { hostnameOf, isLoopbackName } from '../settings/addresses/loopback.ts';
import { httpVariables } from './http.ts';
import { limitVariables } from './limits.ts';
import { logVariables } from './log.ts';
import { mediaVariables } from './media.ts';
import { nearestKnown } from './misspelled.ts';
import { notImplemented } from './not-implemented.ts';
import { providerVariables, type providerWords } from './providers.ts';
import { storageVariables } from './storage.ts';
import { Complaint, type Variable } from '../settings/variable.ts';

/** Every variable, once: `--help` and the operator's table are made from this. */
const variables = {
  ...httpVariables,
  ...storageVariables,
  ...providerVariables,
  ...authVariables,
  ...mediaVariables,
  ...limitVariables,
  ...logVariables,
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

const unsupported = notImplemented(new Set(Object.keys(variables)));

/** An empty variable is one that is not set, as shells and compose files have it. */
const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

/**
 * Reads the environment.
 *
 * @throws ConfigError that names the variable and says what it must be
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  for (const name of unsupported.refused) {
    if (isSet(env[name])) throw new ConfigError(name, 'is not supported by this version: unset it');
  }
  const values = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      const value = isSet(env[name]) ? env[name]?.trim() : variable.fallback;
      if (value === null || value === undefined) return [name, null];
      const parsed: unknown = variable.parse(value);
      if (parsed instanceof Complaint) throw new ConfigError(name, parsed.wants);
      return [name, parsed];
    }),
  ) as Values;
  const { HOST, API_KEYS, JWT_SECRET, JWT_JWKS_URL, BUDGET_PER_MONTH } = values;
  if (JWT_SECRET !== null && JWT_JWKS_URL !== null) {
    throw new ConfigError('JWT_SECRET', 'cannot be set together with JWT_JWKS_URL: choose one');
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
    if (values[name] !== null && JWT_SECRET === null && JWT_JWKS_URL === null) {
      throw new ConfigError(name, 'needs JWT_SECRET or JWT_JWKS_URL: alone it checks nothing');
    }
  }
  if (!isLoopback(HOST) && API_KEYS === null && JWT_SECRET === null && JWT_JWKS_URL === null) {
    throw new ConfigError(
      'HOST',
      'an address that others can reach needs API_KEYS, JWT_SECRET or JWT_JWKS_URL',
    );
  }
  if (unknownOwners(BUDGET_PER_MONTH ?? new Map(), API_KEYS ?? []).length > 0) {
    // Not which: what was written there may be a key.
    throw new ConfigError('BUDGET_PER_MONTH', 'must name as key:NAME only names that API_KEYS has');
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
export const isLoopback = (host: string): boolean => isLoopbackName(hostnameOf(host) ?? host);

/** A setting that has no effect. */
export interface IgnoredSetting {
  readonly variable: string;
  /** The variable that was probably meant; null when this version does not support the one that is set. */
  readonly nearest: string | null;
}

/** Variables of the environment that seem to be meant for Reelay and are read by nothing. Never their values. */
export function findIgnoredSettings(env: Readonly<Record<string, string | undefined>>): IgnoredSetting[] {
  const known = [...Object.keys(variables), ...unsupported.refused, ...unsupported.shared];
  const ignored: IgnoredSetting[] = [];
  for (const variable of Object.keys(env).toSorted()) {
    if (!isSet(env[variable])) continue;
    const nearest = unsupported.shared.includes(variable) ? null : nearestKnown(variable, known);
    if (nearest !== null || unsupported.shared.includes(variable)) ignored.push({ variable, nearest });
  }
  return ignored;
}

/** The operator's page: each variable with its default and meaning. */
export function describeVariables(): { name: string; fallback: string | null; meaning: string }[] {
  return Object.entries(variables).map(([name, { fallback, meaning }]) => ({ name, fallback, meaning }));
}
