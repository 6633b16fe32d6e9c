import type { IncomingMessage } from 'node:http';
import { isForwarded, senderOf } from './forwarded.ts';
import { hostnameOf, isLoopbackName } from '../../settings/addresses/loopback.ts';
import { originOf } from '../../settings/addresses/origin.ts';

/** Settings of the guard. */
export interface PageGuardOptions {
  /** True if callers send a credential. Without, every page in the user's browser would act as the user. */
  readonly authenticated: boolean;
  /** The address to listen on. */
  readonly host: string;
  readonly publicUrl: string | null;
  /** As `originOf` writes them. Null: any loopback origin when the server listens on loopback, otherwise none. */
  readonly corsOrigins: readonly string[] | null;
  /** True if `Forwarded` and `X-Forwarded-*` name the address that the client asked for. */
  readonly trustProxy: boolean;
}

/**
 * The way in which a request reached the server.
 * - `direct`: at an address of this server; with authentication, always
 * - `proxied`: through a proxy or the host of PUBLIC_URL, without authentication
 * - `foreignHost`: by a name that is not the server's, without authentication
 */
export type Reach = 'direct' | 'proxied' | 'foreignHost';

/** Keeps pages of other sites, and callers from outside, from acting as the owner `local`. */
export class PageGuard {
  readonly #options: PageGuardOptions;
  readonly #hostname: string | null;
  readonly #listensOnLoopback: boolean;
  readonly #publicHostname: string | null;
  readonly #publicOrigin: string | null;

  constructor(options: PageGuardOptions) {
    this.#options = options;
    this.#hostname = hostnameOf(options.host);
    this.#listensOnLoopback = this.#hostname !== null && isLoopbackName(this.#hostname);
    const url = options.publicUrl === null ? null : new URL(options.publicUrl);
    this.#publicHostname = url?.hostname ?? null;
    this.#publicOrigin = url?.origin ?? null;
  }

  /** The way in which a request reached the server. A foreign name that resolves to this server is a sign of DNS rebinding. */
  reachOf({ headers }: IncomingMessage): Reach {
    if (this.#options.authenticated) return 'direct';
    const hostname = hostnameIn(headers.host);
    const isOurs = hostname !== null && (isLoopbackName(hostname) || hostname === this.#hostname);
    const isPublic = hostname !== null && hostname === this.#publicHostname;
    if (!isOurs && !isPublic) return 'foreignHost';
    return (isPublic && !isLoopbackName(hostname)) || isForwarded(headers) ? 'proxied' : 'direct';
  }

  /** True if a page of this origin may call the API. */
  allowsOrigin(origin: string, request: IncomingMessage): boolean {
    const { corsOrigins, trustProxy } = this.#options;
    const canonical = originOf(origin);
    if (canonical === null || canonical !== origin.toLowerCase()) return false;
    if (canonical === this.#publicOrigin || corsOrigins?.includes(canonical)) return true;
    const { protocol, hostname } = new URL(canonical);
    if (protocol !== 'http:' && protocol !== 'https:') return false;
    // Our own page: its address is the one that it asks. Without a trusted proxy its scheme is not known here.
    const { scheme, host } = senderOf(request, trustProxy);
    const asked = host ?? request.headers.host;
    if (asked !== undefined && canonical === originOf(`${scheme ?? protocol.slice(0, -1)}://${asked}`))
      return true;
    return corsOrigins === null && this.#listensOnLoopback && isLoopbackName(hostname);
  }

  /**
   * True if a request, or a WebSocket, has an allowed origin or none. By any method: a page of another site cannot read
   * the response to a GET, but could make the server work, or ask the provider with the operator's key. Older browsers
   * send Origin with what a script requests, and no Sec-Fetch-Site; links and images have no Origin.
   */
  allowsCaller(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    // curl and servers send neither.
    return origin === undefined ? site !== 'cross-site' : this.allowsOrigin(origin, request);
  }
}

/** The host name of a `Host` header; null when it has none, or more than a host. */
function hostnameIn(host: string | undefined): string | null {
  if (host === undefined || /[/\\@?#]/.test(host)) return null;
  return URL.parse(`http://${host}`)?.hostname ?? null;
}
