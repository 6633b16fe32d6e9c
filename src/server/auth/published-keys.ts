import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';

/** The keys for the check of tokens cannot be fetched: not the caller's fault, and temporary. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** A token names a published key that no token can be checked by: malformed, private, or too short. */
export class UnusableKeyError extends Error {
  override readonly name = 'UnusableKeyError';
}

/** A URL that failed is not requested again within this time. */
const failureMemoryMs = 5000;
/** The largest accepted key set: hundreds of keys. */
const maxBytes = 1024 * 1024;
/** RFC 7518, 3.3. jose throws a TypeError for a shorter key, when it checks a signature. */
const fewestRsaBits = 2048;

/**
 * The key set that an address publishes, fetched on first use and kept for ten minutes.
 *
 * @returns a function that throws KeysUnavailableError while the set is needed and cannot be fetched, and UnusableKeyError
 */
export function publishedKeys(url: URL): JWTVerifyGetKey {
  let failure: { readonly error: unknown; readonly until: number } | null = null;
  const unavailable = (error: unknown) => {
    failure = { error, until: performance.now() + failureMemoryMs };
    return new KeysUnavailableError(`The keys at ${url.origin} could not be fetched`, { cause: error });
  };
  const fetchUnlessFailing: FetchImplementation = async (address, options) => {
    if (failure !== null && performance.now() < failure.until) {
      throw new KeysUnavailableError(`${url.origin} failed just now`, { cause: failure.error });
    }
    try {
      return await fetchBounded(address, options);
    } catch (error) {
      throw unavailable(error);
    }
  };
  const getKey = createRemoteJWKSet(url, { [customFetch]: fetchUnlessFailing });
  return async (header, token) => {
    try {
      const key = await getKey(header, token);
      if (rsaBitsOf(key) < fewestRsaBits) throw new UnusableKeyError('The key is too short');
      return key;
    } catch (error) {
      if (error instanceof KeysUnavailableError || error instanceof UnusableKeyError) throw error;
      const isInvalid = error instanceof errors.JWKSInvalid;
      if (isFault(error) || (isInvalid && !getKey.fresh)) throw unavailable(error);
      if (error instanceof errors.JOSEError && !isInvalid) throw error;
      // One key of the set: whoever names it must not end the use of the others.
      throw new UnusableKeyError('The key cannot be read', { cause: error });
    }
  };
}

/** Infinite for keys of other kinds. */
const rsaBitsOf = ({ algorithm }: CryptoKey): number =>
  'modulusLength' in algorithm ? Number(algorithm.modulusLength) : Number.POSITIVE_INFINITY;

/** True if an error of jose means a timeout, or a response that is no JSON. */
const isFault = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  (error instanceof errors.JOSEError && error.code === errors.JOSEError.code);

const fetchBounded: FetchImplementation = async (address, options) => {
  const response = await fetch(address, options);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) throw new Error(`The key set has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return response.ok ? new Response(Buffer.concat(chunks), { status: response.status }) : response;
};
