import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The sender of a request, as far as it is known. */
export interface Sender {
  /** The address of the client; undefined after the socket is closed. */
  readonly address: string | undefined;
  /** The scheme and host of the client's request; null without a trusted proxy that reports them. */
  readonly scheme: 'http' | 'https' | null;
  readonly host: string | null;
}

/** True if a request came through a proxy. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  if (headers.forwarded !== undefined) return true;
  for (const name in headers) if (name.startsWith('x-forwarded-')) return true;
  return false;
}

/**
 * The sender of a request. With `trustProxy` it is taken from the first element of `Forwarded`, or of
 * `X-Forwarded-For`, `-Proto` and `-Host`, which the proxy must set itself.
 */
export function senderOf({ headers, socket }: IncomingMessage, trustProxy: boolean): Sender {
  const peer: Sender = { address: socket.remoteAddress, scheme: null, host: null };
  if (!trustProxy) return peer;
  const { forwarded } = headers;
  const pairs = forwarded === undefined ? null : readForwarded(forwarded);
  const scheme = pairs === null ? first(headers['x-forwarded-proto']) : pairs.get('proto');
  return {
    address: (pairs === null ? first(headers['x-forwarded-for']) : pairs.get('for')) ?? peer.address,
    scheme: scheme === 'http' || scheme === 'https' ? scheme : null,
    host: (pairs === null ? first(headers['x-forwarded-host']) : pairs.get('host')) ?? null,
  };
}

const first = (header: string | string[] | undefined): string | undefined =>
  header?.toString().split(',', 1)[0]?.trim() || undefined;

/** One pair of RFC 7239 with the separator after it; sticky, so that hostile text costs no more than its length. */
const pair = /\s*([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^";,\s]*))\s*(;|,|$)/gy;

/** The pairs of the first element of RFC 7239's header: `for="[2001:db8::1]:4711";proto=https`. */
function readForwarded(header: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const [, name = '', quoted, bare = '', separator] of header.matchAll(pair)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
    if (value !== '') pairs.set(name.toLowerCase(), value);
    if (separator !== ';') break;
  }
  return pairs;
}
