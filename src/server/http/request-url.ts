import type { IncomingMessage } from 'node:http';

/**
 * The URL that a request asks for, on a host without meaning; null when it is none. Paths are taken as paths:
 * `//host/x` is not another host's `/x`.
 */
export function requestUrl({ url = '/' }: IncomingMessage): URL | null {
  return URL.parse(url.startsWith('/') ? `http://reelay.invalid${url}` : url);
}

/**
 * The path by which a request is routed: without the path of PUBLIC_URL, which a proxy may strip or keep, and
 * without a slash at its end.
 *
 * @param basePath the path of PUBLIC_URL, without a slash at its end; '' when it has none
 */
export function routeOf({ pathname }: URL, basePath: string): string {
  const isBelow = basePath !== '' && (pathname === basePath || pathname.startsWith(`${basePath}/`));
  const path = isBelow ? pathname.slice(basePath.length) : pathname;
  return /[^/]\/$/.test(path) ? path.slice(0, -1) : path || '/';
}

/** A request's path for the log: without the query, callback tokens and media keys, which are secrets. */
export const loggedPath = ({ url = '/' }: IncomingMessage): string =>
  (url.split(/[?#]/, 1)[0] ?? '').replace(/\/(callbacks|media|v)\/.*/s, '/$1/…');
