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

/** A URL that failed is not requested again within this time. */
const failureMemoryMs = 5000;
/** The largest accepted key set: hundreds of keys. */
const maxBytes = 1024 * 1024;

/**
 * The key set that an address publishes, fetched on first use and kept for ten minutes.
 *
 * @returns a function that throws KeysUnavailableError while the set is needed and cannot be fetched
 */
export function publishedKeys(url: URL): JWTVerifyGetKey {
  let failure: { readonly error: unknown; readonly until: number } | null = null;
  const fetchUnlessFailing: FetchImplementation = (address, options) => {
    if (failure !== null && performance.now() < failure.until) {
      return Promise.reject(
        new KeysUnavailableError(`${url.origin} failed just now`, { cause: failure.error }),
      );
    }
    return fetchBounded(address, options);
  };
  const getKey = createRemoteJWKSet(url, { [customFetch]: fetchUnlessFailing });
  return async (header, token) => {
    try {
      return await getKey(header, token);
    } catch (error) {
      if (error instanceof KeysUnavailableError || (error instanceof errors.JOSEError && !isFault(error))) {
        throw error;
      }
      failure = { error, until: performance.now() + failureMemoryMs };
      throw new KeysUnavailableError(`The keys at ${url.origin} could not be fetched`, { cause: error });
    }
  };
}

/** True if an error of jose means a timeout, a failed request, or a response that is no key set. */
const isFault = (error: errors.JOSEError): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === errors.JOSEError.code;

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
