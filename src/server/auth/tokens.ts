import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Viewer } from '../../schema/context.ts';
import type { Owner } from '../../domain/video-task.ts';
import type { Identity, Refusal } from './identity.ts';
import { publishedKeys, UnusableKeyError } from './published-keys.ts';

/** Settings of tokens: a shared secret, or the URL of published keys. */
export interface JwtOptions {
  readonly secret: string | null;
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
}

/** Always given: a token must not choose the algorithm of its check. */
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

/** The tolerated difference of the issuer's clock. */
const leewaySeconds = 60;
/** In seconds since 1970: times in milliseconds, of a token that would not expire in anyone's life, are beyond it. */
const yearTenThousand = 253_402_300_800;
/** OpenID Connect allows 255 characters. */
const longestSubject = 255;

/**
 * Checks tokens. A token must have `exp` and `sub`; times are compared with a leeway of 60 s.
 *
 * @returns a function that throws KeysUnavailableError while published keys cannot be fetched
 */
export function tokenCheck(
  { secret, jwksUrl, issuer, audience }: JwtOptions,
  viewerOf: (owner: Owner) => Viewer,
): (token: string) => Promise<Identity | Refusal> {
  const options: JWTVerifyOptions = {
    algorithms: secret === null ? publicKeyAlgorithms : sharedSecretAlgorithms,
    clockTolerance: leewaySeconds,
    requiredClaims: ['exp', 'sub'],
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };
  const sharedKey = secret === null ? null : new TextEncoder().encode(secret);
  const getPublishedKey = jwksUrl === null ? null : publishedKeys(new URL(jwksUrl));
  return async (token) => {
    try {
      if (sharedKey !== null)
        return identityOf((await jwtVerify(token, sharedKey, options)).payload, viewerOf);
      if (getPublishedKey !== null) {
        return identityOf((await jwtVerify(token, getPublishedKey, options)).payload, viewerOf);
      }
      return refusals.unreadable;
    } catch (error) {
      if (error instanceof UnusableKeyError) return refusals.unusableKey;
      if (!(error instanceof errors.JOSEError)) throw error;
      return refusalOf(error);
    }
  };
}

function identityOf(payload: JWTPayload, viewerOf: (owner: Owner) => Viewer): Identity | Refusal {
  const { sub, exp } = payload;
  for (const claim of ['exp', 'nbf', 'iat'] as const) if (!isTime(payload[claim])) return notATime(claim);
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > longestSubject) return refusals.subject;
  // Characters that cannot be stored would become the same replacement, and two subjects the same owner.
  if (!sub.isWellFormed() || /\p{Cc}/u.test(sub)) return refusals.subject;
  return { viewer: viewerOf(`jwt:${sub}` as Owner), expiresAt: exp === undefined ? null : endOf(exp) };
}

/** True if a claim is absent, or seconds since 1970. jose accepts every number: `1e400` is Infinity to JSON. */
const isTime = (seconds: number | undefined): boolean =>
  seconds === undefined || (seconds >= 0 && seconds < yearTenThousand);

const notATime = (claim: string): Refusal => ({
  refusal: `The token's ${claim} must be in seconds since 1970, before the year 10000.`,
});

/** A token that is accepted within the leeway after its expiry is valid until the leeway ends. */
function endOf(exp: number): number {
  return exp * 1000 > Date.now() ? exp * 1000 : (exp + leewaySeconds) * 1000;
}

const refusals = {
  unreadable: {
    refusal: 'The credential is neither a key of this server nor a token that this server can read.',
  },
  unusableKey: {
    refusal: 'The key that the token names cannot be used, although its issuer publishes it.',
  },
  subject: {
    refusal: `The token's sub must be a string of 1 to ${longestSubject} characters without control characters.`,
  },
} as const satisfies Record<string, Refusal>;

function refusalOf(error: errors.JOSEError): Refusal {
  if (error instanceof errors.JWTExpired) return { refusal: 'The token has expired.' };
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (reason === 'missing') return { refusal: `The token must have the claim ${claim}.` };
    if (claim === 'nbf') return { refusal: 'The token is not valid yet (nbf).' };
    return { refusal: `The claim ${claim} of the token is not the one that this server accepts.` };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return { refusal: 'The signature of the token is wrong.' };
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return { refusal: 'The token is not signed by a key that its issuer publishes.' };
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return { refusal: 'The token is signed by an algorithm that this server does not accept.' };
  }
  return refusals.unreadable;
}
