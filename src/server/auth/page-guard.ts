import type { IncomingMessage } from 'node:http';
import { isForwarded, senderOf } from './forwarded.ts';
import { hostnameOf, isLoopbackName } from '../../settings/addresses/loopback.ts';
import { originOf } from '../../settings/addresses/origin.ts';

/** Settings of the guard. */
export interface PageGuardOptions {
  /** Without authentication every page in the user's browser would be the user. */
  readonly authenticated: boolean;
  /** The address to listen on. */
  readonly host: string;
  readonly publicUrl: string | null;
  /** As `originOf` writes them. Null: any loopback origin when the server listens on loopback, otherwise none. */
  readonly corsOrigins: readonly string[] | null;
  /** Whether `Forwarded` and `X-Forwarded-*` say by which address the client asks. */
  readonly trustProxy: boolean;
}

/**
 * How a request reached a server.
 * - `inside`: directly, or authentication decides
 * - `outside`: through a proxy or the public host of a server without authentication
 * - `foreignHost`: by a name that is not the server's
 */
export type Entrance = 'inside' | 'outside' | 'foreignHost';

/** Keeps pages of other sites, and callers from outside, from being the owner `local`. */
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

  /** How a request came in. A foreign name that resolves to us is how DNS rebinding looks. */
  entranceOf({ headers }: IncomingMessage): Entrance {
    if (this.#options.authenticated) return 'inside';
    const hostname = hostnameIn(headers.host);
    const isOurs = hostname !== null && (isLoopbackName(hostname) || hostname === this.#hostname);
    const isPublic = hostname !== null && hostname === this.#publicHostname;
    if (!isOurs && !isPublic) return 'foreignHost';
    return (isPublic && !isLoopbackName(hostname)) || isForwarded(headers) ? 'outside' : 'inside';
  }

  /** Whether a page of this origin may call the API. */
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

  /** Whether a request that acts, or that opens a stream, comes from where it may. */
  allowsCaller(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    // curl and servers send neither Origin nor Sec-Fetch-Site.
    return origin === undefined ? !this.isCrossSite(request) : this.allowsOrigin(origin, request);
  }

  /** Whether a page of another site sends a request, and is not one that may. */
  isCrossSite(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    return site === 'cross-site' && (origin === undefined || !this.allowsOrigin(origin, request));
  }
}

/** The host name of a `Host` header; null when it has none, or more than a host. */
function hostnameIn(host: string | undefined): string | null {
  if (host === undefined || /[/\\@?#]/.test(host)) return null;
  return URL.parse(`http://${host}`)?.hostname ?? null;
}
