import type { IncomingMessage } from 'node:http';
import { isLoopbackName } from './loopback.ts';

/** Settings of the guard. */
export interface PageGuardOptions {
  /** Without authentication every page in the user's browser would be the user. */
  readonly authenticated: boolean;
  readonly publicUrl: string | null;
  /** Null: any loopback origin when the server listens on loopback, else none. */
  readonly corsOrigins: readonly string[] | null;
  readonly listensOnLoopback: boolean;
}

/** Keeps other people's web pages from reading tasks and spending money. */
export class PageGuard {
  readonly #options: PageGuardOptions;
  readonly #publicHost: string | null;
  readonly #publicOrigin: string | null;

  constructor(options: PageGuardOptions) {
    this.#options = options;
    const url = options.publicUrl === null ? null : new URL(options.publicUrl);
    this.#publicHost = url?.hostname ?? null;
    this.#publicOrigin = url?.origin ?? null;
  }

  /** Whether the request names us. A name of somebody else that resolves to us is how DNS rebinding looks. */
  allowsHost({ headers }: IncomingMessage): boolean {
    if (this.#options.authenticated) return true;
    const host = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '';
    return isLoopbackName(host) || (this.#publicHost !== null && host === this.#publicHost);
  }

  /** Whether a page of this origin may call the API; null is not asked. */
  allowsOrigin(origin: string, { headers }: IncomingMessage): boolean {
    const { corsOrigins, listensOnLoopback } = this.#options;
    const url = URL.parse(origin);
    if (url === null || url.origin !== origin) return false;
    if (origin === this.#publicOrigin || corsOrigins?.includes(origin)) return true;
    // Our own page: its address is the one that it asks. The host itself was looked at before.
    if (url.host === headers.host) return true;
    return corsOrigins === null && listensOnLoopback && isLoopbackName(url.hostname);
  }

  /** Whether a request that acts, or that opens a stream, comes from where it may. */
  allowsCaller(request: IncomingMessage): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin !== undefined) return this.allowsOrigin(origin, request);
    // curl and servers send neither.
    return site !== 'cross-site';
  }
}
