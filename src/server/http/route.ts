import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { MaybePromise } from '../../store/store.ts';
import type { Identity } from '../auth/identity.ts';
import type { ErrorShape } from './respond.ts';

/** One request of a route, after its checks. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /**
   * Headers of every response of the route. Already set on the response, unless the route says `writesHeaders`:
   * then the handler writes them together with its own.
   */
  readonly headers: OutgoingHttpHeaders;
  /** The part of the path that matched `*` or `:name`, as sent; '' without one. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** Format of the errors of the route. */
  readonly errors: ErrorShape;
}

/** An exchange with a caller who is known. */
export interface AuthenticatedExchange extends Exchange {
  readonly identity: Identity;
}

/** A request to open a WebSocket, after the checks of its route. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  /** The address of the client, as far as it is known. */
  readonly client: string | undefined;
}

/** The columns of the route table, in the order in which the dispatcher checks them. */
interface RouteColumns {
  /** An exact path, or one that ends in `:name` (one segment) or `*` (anything, '' too). */
  readonly path: string;
  /** Narrows the row to some requests of the path; the others go on to the next row. */
  readonly when?: (request: IncomingMessage) => boolean;
  /**
   * The farthest from which the path is open on a server without authentication, where everyone is the owner `local`.
   * - `direct`: requests to an address of this server
   * - `proxied`: also those through PUBLIC_URL or another proxy
   * - `anyHost`: also those with a foreign `Host`
   *
   * With authentication, all paths are open from everywhere, and the next columns decide.
   */
  readonly reach: 'direct' | 'proxied' | 'anyHost';
  /**
   * The pages that may call the path, and the CORS headers and preflight that go with that.
   * - `listed`: pages of this server and of CORS_ORIGINS; requests of others are refused
   * - `every`: pages of all sites may read the responses
   * - `unchecked`: no headers; browsers let pages of this server alone read the responses
   */
  readonly pages: 'listed' | 'every' | 'unchecked';
  /** Format of refusals and faults. */
  readonly errors: ErrorShape;
}

/** A row of the route table: the first that matches a request decides about it. */
export type Route = RouteColumns &
  (
    | {
        readonly credential: 'required';
        /** As `allow` lists them; any other method is 405. `any`: the handler decides. */
        readonly methods: readonly string[] | 'any';
        readonly writesHeaders?: boolean;
        readonly respond: (exchange: AuthenticatedExchange) => MaybePromise<void>;
      }
    | {
        /** As `required`, but a key of the route alone opens it too. */
        readonly credential: 'ownKey';
        readonly isOwnKey: (credential: string | null) => boolean;
        readonly methods: readonly string[] | 'any';
        readonly writesHeaders?: boolean;
        readonly respond: (exchange: Exchange) => MaybePromise<void>;
      }
    | {
        readonly credential: 'none';
        readonly methods: readonly string[] | 'any';
        readonly writesHeaders?: boolean;
        readonly respond: (exchange: Exchange) => MaybePromise<void>;
      }
    | {
        /** The credential of a WebSocket comes in its first message. */
        readonly credential: 'inConnection';
        readonly methods: 'upgrade';
        readonly upgrade: (upgrade: Upgrade) => void;
      }
  );

/** A route that answers HTTP requests. */
export type HttpRoute = Exclude<Route, { readonly methods: 'upgrade' }>;
/** A route that opens WebSockets. */
export type UpgradeRoute = Extract<Route, { readonly methods: 'upgrade' }>;

/** True if a route opens WebSockets. */
export const isUpgradeRoute = (route: Route): route is UpgradeRoute => route.methods === 'upgrade';

/** Returns the part of a path that matches the wildcard of a pattern; null if the path does not match. */
export type PathMatcher = (path: string) => string | null;

/** Compiles the `path` of a row. */
export function pathMatcher(pattern: string): PathMatcher {
  const source = pattern.replace(/:\w+$|\*$|[^:*]+/g, (part) => {
    if (part === '*') return '(.*)';
    return part.startsWith(':') ? '([^/]+)' : RegExp.escape(part);
  });
  const regExp = new RegExp(`^${source}$`, 's');
  return (path) => {
    const match = regExp.exec(path);
    return match === null ? null : (match[1] ?? '');
  };
}
