import { request, type Agent, type Dispatcher } from 'undici';

/** Hosts of files answer 403 to the user agents of libraries (seen with Python-urllib, 2026). */
const userAgent = 'Mozilla/5.0 (compatible; Reelay)';
const maxRedirects = 10;

/** The address is of a kind that is never fetched. */
export class NotAnAddressError extends Error {
  override readonly name = 'NotAnAddressError';
}

/**
 * Gets an address from outside. Redirects are followed by hand, so that each goes through the guard of the agent,
 * and no key is ever sent.
 *
 * @throws NotAnAddressError for anything but plain http and https; else what the connection throws
 */
export async function guardedGet(
  agent: Agent,
  address: string,
  accept: string,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let url = URL.parse(address);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
      throw new NotAnAddressError('the address is not a plain http or https one');
    }
    const response = await request(url, {
      dispatcher: agent,
      signal,
      // What is encoded on the way would be kept encoded.
      headers: { accept, 'accept-encoding': 'identity', 'user-agent': userAgent },
    });
    const { statusCode, headers, body } = response;
    // A server that repeats the header means one address.
    const [location] = [headers['location']].flat();
    if (statusCode < 300 || statusCode >= 400 || location === undefined) return response;
    // A body that is not read keeps its connection.
    await body.dump();
    const next = URL.parse(escapeBytes(location), url.href);
    if (next === null) throw new Error('the source redirects to no address');
    url = next;
  }
  throw new Error('the source redirects without end');
}

/**
 * A header as an address. Its bytes beyond ASCII, which undici gives as Latin-1, are escaped one by one, as browsers
 * and curl do: a path in raw UTF-8 arrives as it was meant.
 */
const escapeBytes = (header: string): string =>
  header.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
