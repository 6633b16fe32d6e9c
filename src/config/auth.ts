import { amounts, httpUrl, list, secret, text } from './parsers.ts';
import { Complaint, optional } from './variable.ts';

const apiKeys = (value: string) => {
  const pairs = list(value).map((pair) => /^([^:\s]+):(\S+)$/.exec(pair));
  if (!pairs.every((pair) => pair !== null)) return new Complaint('wants NAME:KEY pairs, comma separated');
  const keys = pairs.map(([, name = '', key = '']) => ({ name, key }));
  return new Set(keys.map(({ key }) => key)).size === keys.length
    ? keys
    : new Complaint('wants each key once: two names share one');
};

/** Who is asked, and what they may spend. */
export const authVariables = {
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
};
