import { createHash, timingSafeEqual } from 'node:crypto';
import type { Viewer } from '../schema/context.ts';
import type { Owner } from '../store/video-task.ts';

/** Tells who asks from what a client hands in. */
export interface Authentication {
  /** Whether anybody is asked at all. */
  readonly required: boolean;
  /** @param authorization with or without the word Bearer; null when there is none */
  viewerOf(authorization: string | null): Promise<Viewer | null>;
}

const local: Viewer = { owner: 'local' as Owner };

/** One owner for everybody. */
const open: Authentication = { required: false, viewerOf: () => Promise.resolve(local) };

/** Asks for a key when there are keys. */
export function createAuthentication(
  apiKeys: readonly { name: string; key: string }[] | null,
): Authentication {
  if (apiKeys === null) return open;
  const known = apiKeys.map(({ name, key }) => ({
    digest: digestOf(key),
    viewer: { owner: `key:${name}` as Owner },
  }));
  return {
    required: true,
    viewerOf: (authorization) => {
      const key = authorization?.replace(/^Bearer\s+/i, '').trim() ?? '';
      const digest = digestOf(key);
      // Digests of one length are compared in constant time: a key is not guessed letter by letter.
      const match = known.find((candidate) => timingSafeEqual(candidate.digest, digest));
      return Promise.resolve(match?.viewer ?? null);
    },
  };
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();
