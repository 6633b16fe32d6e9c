import { hash, timingSafeEqual } from 'node:crypto';
import type { Viewer } from '../../schema/context.ts';
import type { MaybePromise } from '../../store/store.ts';
import type { Owner } from '../../domain/video-task.ts';
import type { Identity, Refusal } from './identity.ts';
import { tokenCheck, type JwtOptions } from './tokens.ts';

/** Identifies callers by their credential. */
export interface Authentication {
  /** True if callers need a credential. */
  readonly required: boolean;
  /**
   * @param credential a key or a token; null when there is none
   * @throws KeysUnavailableError while the keys for the check of tokens cannot be fetched
   */
  identify(credential: string | null): MaybePromise<Identity | Refusal>;
}

/** The refusal of a caller without a credential. */
export const sendKey: Refusal = {
  refusal: 'Send "authorization: Bearer KEY" with a key of this server.',
};
const unknownKey: Refusal = { refusal: 'The key is unknown to this server.' };

/**
 * Requires a key or a token where any is configured; otherwise every caller is the one owner `local`.
 *
 * @param admins owners that may see and change the tasks of all owners
 */
export function createAuthentication(
  apiKeys: readonly { name: string; key: string }[] | null,
  jwt: JwtOptions,
  admins: ReadonlySet<Owner>,
): Authentication {
  const viewerOf = (owner: Owner): Viewer => (admins.has(owner) ? { owner, isAdmin: true } : { owner });
  const checkKey = apiKeys === null ? null : keyCheck(apiKeys, viewerOf);
  const checkToken = jwt.secret === null && jwt.jwksUrl === null ? null : tokenCheck(jwt, viewerOf);
  if (checkKey === null && checkToken === null) {
    const local: Identity = { viewer: viewerOf('local' as Owner), expiresAt: null };
    return { required: false, identify: () => local };
  }
  return {
    required: true,
    identify: (credential) =>
      credential === null ? sendKey : (checkKey?.(credential) ?? checkToken?.(credential) ?? unknownKey),
  };
}

function keyCheck(
  apiKeys: readonly { name: string; key: string }[],
  viewerOf: (owner: Owner) => Viewer,
): (credential: string) => Identity | null {
  const known = apiKeys.map(({ name, key }) => ({
    digest: digestOf(key),
    identity: { viewer: viewerOf(`key:${name}` as Owner), expiresAt: null },
  }));
  /** Keys that were verified before: hashing one costs as much as parsing a small request. */
  const verified = new Map<string, Identity>();
  return (credential) => {
    const before = verified.get(credential);
    if (before !== undefined) return before;
    const digest = digestOf(credential);
    // Digests of equal length are compared in constant time, so that a key cannot be guessed letter by letter.
    const identity = known.find((candidate) => timingSafeEqual(candidate.digest, digest))?.identity ?? null;
    if (identity !== null) verified.set(credential, identity);
    return identity;
  };
}

/** Compares credentials with one key in constant time; without a key, none is equal to it. */
export function keyComparison(key: string | null): (credential: string | null) => boolean {
  if (key === null) return () => false;
  const digest = digestOf(key);
  return (credential) => credential !== null && timingSafeEqual(digest, digestOf(credential));
}

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
