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
/** A set that was read is read again after this time. */
const renewalMs = 600_000;
/** A set that could not be read again is tried after this time. A silent address delays one request each time. */
const failedRenewalMs = 30_000;
/** The largest accepted key set: hundreds of keys. */
const maxBytes = 1024 * 1024;
/** RFC 7518, 3.3. jose throws a TypeError for a shorter key, when it checks a signature. */
const fewestRsaBits = 2048;

/**
 * The key set that an address publishes, fetched on first use and again after ten minutes. While it cannot be fetched again,
 * the set that was read last stays valid, so that an outage of the issuer refuses no caller.
 *
 * @returns a function that throws KeysUnavailableError while no set could be fetched, and UnusableKeyError
 */
export function publishedKeys(url: URL): JWTVerifyGetKey {
  let renewAt = 0;
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
      const response = await fetchBounded(address, options);
      renewAt = performance.now() + renewalMs;
      return response;
    } catch (error) {
      throw unavailable(error);
    }
  };
  const getKey = createRemoteJWKSet(url, { [customFetch]: fetchUnlessFailing, cacheMaxAge: Infinity });
  const renewIfOld = async () => {
    if (!getKey.fresh || performance.now() < renewAt) return;
    // Others go on with the set that is there.
    renewAt = performance.now() + failedRenewalMs;
    try {
      await getKey.reload();
    } catch {
      renewAt = performance.now() + failedRenewalMs;
    }
  };
  return async (header, token) => {
    await renewIfOld();
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
