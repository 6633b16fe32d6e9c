import { hash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Viewer } from '../schema/context.ts';
import type { MaybePromise } from '../store/store.ts';
import type { Owner } from '../store/video-task.ts';

/** Who asks, and until when that is known. */
export interface Identity {
  readonly viewer: Viewer;
  /** Milliseconds since 1970; null when it does not end by itself. */
  readonly expiresAt: number | null;
}

/** Tells who asks from what a client hands in. */
export interface Authentication {
  /** Whether anybody is asked at all. */
  readonly required: boolean;
  /**
   * @param credential a key or a token; null when there is none
   * @throws KeysUnavailableError when nobody can tell now
   */
  identify(credential: string | null): MaybePromise<Identity | null>;
}

/** The keys that tokens are checked by cannot be fetched: not the caller's fault, and worth trying again. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** The credential of an HTTP header; null without the word Bearer before it. */
export const bearerOf = (header: string | undefined): string | null =>
  header?.slice(0, scheme.length).toLowerCase() === scheme
    ? header.slice(scheme.length).trim() || null
    : null;

const scheme = 'bearer ';

/** The credential of `connectionParams.authorization`, with or without the word Bearer. */
export const credentialOf = (authorization: unknown): string | null =>
  typeof authorization === 'string' ? authorization.replace(/^Bearer\s+/i, '').trim() || null : null;

/** How tokens are checked: by a shared secret, or by keys that an address publishes. */
export interface JwtOptions {
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
}

/** Named always: a token must not choose how it is checked. */
const sharedSecretAlgorithms = ['HS256', 'HS384', 'HS512'];
const publicKeyAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Asks for a key or a token where the operator configured any; else everybody is the one owner `local`. */
export function createAuthentication(
  apiKeys: readonly { name: string; key: string }[] | null,
  jwt: JwtOptions,
): Authentication {
  const checkKey = apiKeys === null ? null : keyCheck(apiKeys);
  const checkToken = jwt.secret === null && jwt.jwksUrl === null ? null : tokenCheck(jwt);
  if (checkKey === null && checkToken === null) {
    const local: Identity = { viewer: { owner: 'local' as Owner }, expiresAt: null };
    return { required: false, identify: () => local };
  }
  return {
    required: true,
    identify: (credential) =>
      credential === null ? null : (checkKey?.(credential) ?? checkToken?.(credential) ?? null),
  };
}

function keyCheck(
  apiKeys: readonly { name: string; key: string }[],
): (credential: string) => Identity | null {
  const known = apiKeys.map(({ name, key }) => ({
    digest: digestOf(key),
    identity: { viewer: { owner: `key:${name}` as Owner }, expiresAt: null },
  }));
  /** Keys that were right before: hashing one costs as much as the parsing of a small request. */
  const verified = new Map<string, Identity>();
  return (credential) => {
    const before = verified.get(credential);
    if (before !== undefined) return before;
    const digest = digestOf(credential);
    // Digests of one length are compared in constant time: a key is not guessed letter by letter.
    const identity = known.find((candidate) => timingSafeEqual(candidate.digest, digest))?.identity ?? null;
    if (identity !== null) verified.set(credential, identity);
    return identity;
  };
}

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');

function tokenCheck({
  secret,
  jwksUrl,
  issuer,
  audience,
}: JwtOptions): (credential: string) => Promise<Identity | null> {
  const options: JWTVerifyOptions = {
    algorithms: secret === null ? publicKeyAlgorithms : sharedSecretAlgorithms,
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };
  const sharedKey = secret === null ? null : new TextEncoder().encode(secret);
  const publishedKeys = jwksUrl === null ? null : createRemoteJWKSet(new URL(jwksUrl));
  return async (credential) => {
    try {
      if (sharedKey !== null) return identityOf((await jwtVerify(credential, sharedKey, options)).payload);
      if (publishedKeys !== null)
        return identityOf((await jwtVerify(credential, publishedKeys, options)).payload);
      return null;
    } catch (error) {
      if (error instanceof errors.JOSEError && !areKeysMissing(error)) return null;
      throw new KeysUnavailableError(`The keys at ${jwksUrl} could not be fetched`, { cause: error });
    }
  };
}

/** jose's own words for an address that answers late, with a fault, or with something that is no key set. */
const areKeysMissing = (error: errors.JOSEError): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === errors.JOSEError.code;

const identityOf = ({ sub, exp }: JWTPayload): Identity | null =>
  typeof sub !== 'string' || sub === ''
    ? null
    : { viewer: { owner: `jwt:${sub}` as Owner }, expiresAt: exp === undefined ? null : exp * 1000 };

/** `setTimeout` fires at once beyond this; 25 days are the longest that a socket lives on one token. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls back when an identity ends; the caller clears the timer. */
export function onExpiry({ expiresAt }: Identity, expired: () => void): NodeJS.Timeout | undefined {
  return expiresAt === null
    ? undefined
    : setTimeout(expired, Math.min(longestTimerMs, Math.max(0, expiresAt - Date.now())));
}
