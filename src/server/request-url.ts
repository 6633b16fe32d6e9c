import type { IncomingMessage } from 'node:http';

/**
 * The address that a request asks for, on a host of no meaning; null when it is none. Paths are taken as paths:
 * `//host/x` is not another host's `/x`.
 */
export function requestUrl({ url = '/' }: IncomingMessage): URL | null {
  return URL.parse(url.startsWith('/') ? `http://reelay.invalid${url}` : url);
}
