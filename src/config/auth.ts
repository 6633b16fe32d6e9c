import { amounts, documentUrl, list, secret, text } from './parsers.ts';
import { Complaint, optional } from './variable.ts';

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
    'what owners may spend in a UTC month: OWNER=USD pairs, comma separated, or one number for everyone',
    amounts('OWNER', true),
  ),
};
