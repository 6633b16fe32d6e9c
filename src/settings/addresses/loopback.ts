import { isIPv6 } from 'node:net';

/** True if a host name, as a URL has it, is this machine: `localhost`, 127.0.0.0/8 or [::1]. */
export const isLoopbackName = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname === '[::1]' ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
  // The same addresses of IPv4, as IPv6 writes them.
  /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(hostname);

/**
 * The host name that a URL has for an address to listen on: lower case, IPv6 in brackets and in its short form,
 * without a zone. Null when it is neither an address nor a name.
 */
export function hostnameOf(address: string): string | null {
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIPv6(bare)) return URL.parse(`http://[${bare}]`)?.hostname ?? null;
  return /^[\w.-]+$/.test(bare) ? (URL.parse(`http://${bare}`)?.hostname ?? null) : null;
}

const wildcards = new Set(['0.0.0.0', '[::]', '[::ffff:0:0]']);

/** The base URL of a server that listens on `address`, for people on its machine. */
export function urlOfListener(address: string, port: number): string {
  const hostname = hostnameOf(address) ?? address;
  return `http://${wildcards.has(hostname) ? '127.0.0.1' : hostname}:${port}`;
}
