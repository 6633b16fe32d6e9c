import { documentUrl, list, secret, text } from '../settings/parsers.ts';
import { Complaint, optional } from '../settings/variable.ts';

/** HTTP carries nothing else unchanged, and shorter keys can be found by trying. */
const keyShape = /^[\x21-\x7e]{16,}$/;

const apiKeys = (value: string) => {
  const pairs = list(value).map((pair) => /^([^:\s\p{Cc}]+):(.+)$/su.exec(pair));
  if (!pairs.every((pair) => pair !== null)) return new Complaint('must be comma-separated NAME:KEY pairs');
  const keys = pairs.map(([, name = '', key = '']) => ({ name, key }));
  if (!keys.every(({ key }) => keyShape.test(key))) {
    return new Complaint('must have keys of at least 16 printable ASCII characters without spaces');
  }
  return new Set(keys.map(({ key }) => key)).size === keys.length
    ? keys
    : new Complaint('must have each key once: two names share one');
};

/** Sums of more millionths of a dollar are not exact. */
const mostUsd = 1_000_000_000;

/** What owners may spend, by owner; under the empty name for everyone who is not named. */
const budgets = (value: string) => {
  const pairs = list(value).map((item) => /^(?:(local|(?:key|jwt):.+)=)?(\d+(?:\.\d+)?)$/su.exec(item));
  if (!pairs.every((pair) => pair !== null)) {
    return new Complaint(
      'must be comma-separated OWNER=USD pairs with owners as local, key:NAME or jwt:SUB, or one number for everyone',
    );
  }
  const limits = new Map(pairs.map(([, owner = '', usd]) => [owner, Number(usd)]));
  if (limits.size < pairs.length) return new Complaint('must name each owner once');
  return [...limits.values()].every((usd) => usd <= mostUsd)
    ? limits
    : new Complaint(`must be at most ${mostUsd} for each owner`);
};

/** Owners of keys that `API_KEYS` does not have. */
export const unknownOwners = (
  limits: ReadonlyMap<string, number>,
  keys: readonly { readonly name: string }[],
): readonly string[] =>
  [...limits.keys()].filter(
    (owner) => owner.startsWith('key:') && !keys.some(({ name }) => owner === `key:${name}`),
  );

/** Who is asked, and what they may spend. */
export const authVariables = {
  API_KEYS: optional(
    'comma-separated NAME:KEY pairs, keys of at least 16 printable ASCII characters; the owner is key:NAME',
    apiKeys,
  ),
  JWT_SECRET: optional(
    'shared secret (HS256 and longer) of accepted tokens, which must have exp and sub; the owner is jwt:SUB',
    secret(32),
  ),
  JWT_JWKS_URL: optional(
    'URL of the key set (JWKS) of accepted tokens, which must have exp and sub; the owner is jwt:SUB',
    documentUrl,
  ),
  JWT_ISSUER: optional('issuer that tokens must name', text),
  JWT_AUDIENCE: optional('audience that tokens must name', text),
  BUDGET_PER_MONTH: optional(
    'what owners may spend in a UTC month: comma-separated OWNER=USD pairs (local, key:NAME, jwt:SUB), or one number for everyone',
    budgets,
  ),
};
