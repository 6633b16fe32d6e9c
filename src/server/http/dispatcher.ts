import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { LimitedLog } from '../../metrics/limited-log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Authentication } from '../auth/authentication.ts';
import { bearerOf } from '../auth/credentials.ts';
import { senderOf } from '../auth/forwarded.ts';
import type { PageGuard, Reach } from '../auth/page-guard.ts';
import {
  headersForEveryPage,
  headersForListedPages,
  respondListedPreflight,
  respondOpenPreflight,
} from './cors.ts';
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts';
import { requestFields } from './request-log.ts';
import { requestUrl, routeOf } from './request-url.ts';
import { commonHeaders, respondError, respondFault, respondUnauthenticated, setHeaders } from './respond.ts';
import {
  isUpgradeRoute,
  pathMatcher,
  type HttpRoute,
  type PathMatcher,
  type Route,
  type UpgradeRoute,
} from './route.ts';
import type { Traffic } from './traffic.ts';

/** The route table, and the dependencies of its checks. */
export interface DispatcherOptions {
  /** Read from top to bottom. The last row must match every request. */
  readonly routes: readonly Route[];
  readonly guard: PageGuard;
  readonly authentication: Authentication;
  /** The path of PUBLIC_URL, without a slash at its end; '' when it has none. */
  readonly basePath: string;
  /** True if `Forwarded` and `X-Forwarded-*` name the client. */
  readonly trustProxy: boolean;
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A row with its compiled path. */
interface Row<R extends Route> {
  readonly route: R;
  readonly match: PathMatcher;
}

/** The row of a request. */
interface Found<R extends Route> {
  readonly route: R;
  readonly rest: string;
  readonly query: URLSearchParams;
  /** False where the path of the request cannot be read. */
  readonly isReadable: boolean;
}

const noQuery = new URLSearchParams();

const messages = {
  foreignHost:
    'The Host header names another server. Set PUBLIC_URL if this server should be reached by that name.',
  closedOutside:
    'This server has no authentication, so it is closed to requests from outside. Set API_KEYS to open it.',
  foreignPage: 'Pages of this origin may not call the API. Add the origin to CORS_ORIGINS to allow it.',
  unreadablePath: 'The path of the request is not a valid URL path.',
} as const;

/**
 * Checks a request against the columns of its row, in one order for every path and method: host and proxy, path,
 * preflight, origin, credential, method. Then calls the row's handler.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #rows: readonly Row<HttpRoute>[];
  readonly #upgradeRows: readonly Row<UpgradeRoute>[];
  /** Rows of the paths without a wildcard, so that the URL of most requests need not be parsed. */
  readonly #exactRows = new Map<string, readonly Row<HttpRoute>[]>();
  readonly #fallback: HttpRoute;
  readonly #limitedLog: LimitedLog;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#limitedLog = new LimitedLog(options.log);
    const rows = options.routes.map((route) => ({ route, match: pathMatcher(route.path) }));
    this.#rows = rows.filter((row): row is Row<HttpRoute> => !isUpgradeRoute(row.route));
    this.#upgradeRows = rows.filter((row): row is Row<UpgradeRoute> => isUpgradeRoute(row.route));
    for (const { route } of this.#rows) {
      if (/[:*]$/.test(route.path.replace(/:\w+$/, ':')) || this.#exactRows.has(route.path)) continue;
      this.#exactRows.set(
        route.path,
        this.#rows.filter(({ match }) => match(route.path) !== null),
      );
    }
    const last = this.#rows.at(-1);
    if (last === undefined) throw new Error('The route table is empty');
    this.#fallback = last.route;
  }

  /** Answers a request; never rejects. What a handler throws is logged, and answered where that is still possible. */
  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = this.#find(request);
    const { route } = found;
    const { guard, authentication, traffic, metrics } = this.#options;
    const begunAt = performance.now();
    try {
      const reach = guard.reachOf(request);
      if (!isWithin(route.reach, reach)) {
        this.#refuseReach(request, response, route, reach);
        return;
      }
      const headers = headersOf(route, guard, request);
      if (route.writesHeaders !== true) setHeaders(response, headers);
      if (!found.isReadable) {
        respondError(response, 400, 'BAD_INPUT', messages.unreadablePath, headers, route.errors);
        return;
      }
      if (request.method === 'OPTIONS' && route.pages !== 'unchecked') {
        if (route.pages === 'listed') respondListedPreflight(request, response, headers);
        else respondOpenPreflight(request, response);
        return;
      }
      if (route.pages === 'listed' && !guard.allowsCaller(request)) {
        this.#logRefused(request, 403, messages.foreignPage);
        respondError(response, 403, 'FORBIDDEN', messages.foreignPage, headers, route.errors);
        return;
      }
      const { rest, query } = found;
      const { errors } = route;
      const credential = route.credential === 'none' ? null : bearerOf(request.headers.authorization);
      if (route.credential === 'required' || (route.credential === 'ownKey' && !route.isOwnKey(credential))) {
        const identified = authentication.identify(credential);
        // Awaiting a value that is already there would cost as much as parsing a small request.
        const identity = identified instanceof Promise ? await identified : identified;
        if ('refusal' in identity) {
          this.#logRefused(request, 401, identity.refusal);
          respondUnauthenticated(response, identity, headers, route.errors);
          return;
        }
        const connection = traffic.of(request.socket);
        if (connection !== undefined) connection.owner = identity.viewer.owner;
        if (!allowsMethod(request, response, route, headers)) return;
        await route.respond({ request, response, headers, rest, query, errors, identity });
      } else {
        if (!allowsMethod(request, response, route, headers)) return;
        await route.respond({ request, response, headers, rest, query, errors });
      }
    } catch (error) {
      // The client is gone: that is why the handler failed.
      if (response.destroyed) return;
      const { log, trustProxy } = this.#options;
      log.error({ err: error, ...requestFields(request, trustProxy) }, 'a request failed');
      if (response.headersSent) response.destroy();
      else respondFault(response, error, headersOf(route, guard, request), route.errors);
    } finally {
      recordResponse(metrics, response, route, begunAt);
    }
  }

  /** Opens a WebSocket, or refuses to. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const refusal = this.#upgradeRefusal(request);
    if ('status' in refusal) {
      const status = Number.parseInt(refusal.status, 10);
      if (status === 401 || status === 403) this.#logRefused(request, status, refusal.message);
      refuseUpgrade(socket, refusal);
      return;
    }
    const client = senderOf(request, this.#options.trustProxy).address;
    refusal.upgrade({ request, socket, head, client });
  }

  #upgradeRefusal(request: IncomingMessage): UpgradeRefusal | UpgradeRoute {
    const { guard, basePath } = this.#options;
    const reach = guard.reachOf(request);
    const url = requestUrl(request);
    const path = url === null ? null : routeOf(url, basePath);
    const row = path === null ? undefined : this.#upgradeRows.find(({ match }) => match(path) !== null);
    const open = row?.route.reach ?? this.#fallback.reach;
    if (!isWithin(open, reach)) {
      return reach === 'foreignHost'
        ? { status: '403 Forbidden', message: messages.foreignHost }
        : { status: '401 Unauthorized', message: messages.closedOutside };
    }
    if (path === null) return { status: '400 Bad Request', message: messages.unreadablePath };
    if (row === undefined)
      return { status: '404 Not Found', message: 'No WebSocket can be opened at this path.' };
    if (row.route.pages === 'listed' && !guard.allowsCaller(request)) {
      return { status: '403 Forbidden', message: messages.foreignPage };
    }
    return row.route;
  }

  #find(request: IncomingMessage): Found<HttpRoute> {
    const exact = this.#exactRows.get(request.url ?? '/');
    if (exact !== undefined) {
      for (const { route } of exact) {
        if (route.when?.(request) !== false) return { route, rest: '', query: noQuery, isReadable: true };
      }
    }
    const url = requestUrl(request);
    if (url === null) return { route: this.#fallback, rest: '', query: noQuery, isReadable: false };
    const path = routeOf(url, this.#options.basePath);
    for (const { route, match } of this.#rows) {
      const rest = match(path);
      if (rest !== null && route.when?.(request) !== false) {
        return { route, rest, query: url.searchParams, isReadable: true };
      }
    }
    return { route: this.#fallback, rest: path, query: url.searchParams, isReadable: true };
  }

  /** One line in ten seconds for each address. Must be called before the socket closes, which forgets the address. */
  #logRefused(request: IncomingMessage, status: 401 | 403, reason: string): void {
    const { trustProxy } = this.#options;
    const { address } = senderOf(request, trustProxy);
    this.#limitedLog.warn(
      'a caller was refused',
      address ?? '',
      () => ({ ...requestFields(request, trustProxy), status, reason }),
      reason,
    );
  }

  #refuseReach(request: IncomingMessage, response: ServerResponse, { errors }: Route, reach: Reach): void {
    if (reach === 'foreignHost') {
      this.#logRefused(request, 403, messages.foreignHost);
      respondError(response, 403, 'FORBIDDEN', messages.foreignHost, commonHeaders, errors);
      return;
    }
    this.#logRefused(request, 401, messages.closedOutside);
    const headers = headersForListedPages(this.#options.guard, request);
    respondUnauthenticated(response, { refusal: messages.closedOutside }, headers, errors);
  }
}

const isWithin = (open: Route['reach'], reach: Reach): boolean =>
  open === 'anyHost' || reach === 'direct' || (open === 'proxied' && reach === 'proxied');

function headersOf({ pages }: Route, guard: PageGuard, request: IncomingMessage): OutgoingHttpHeaders {
  switch (pages) {
    case 'listed':
      return headersForListedPages(guard, request);
    case 'every':
      return headersForEveryPage;
    case 'unchecked':
      return commonHeaders;
    default:
      return pages satisfies never;
  }
}

/**
 * Records the time of a response when it has ended. One of events lasts as long as its client does, and is not recorded.
 *
 * A listener for each response costs 3 of 23 µs that a small query takes, so it is for those that have not ended yet.
 */
function recordResponse(
  { httpRequests }: Metrics,
  response: ServerResponse,
  { path }: Route,
  begunAt: number,
): void {
  const record = () => {
    if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
    const status = response.headersSent ? response.statusCode : 'aborted';
    httpRequests.of(path, status).record((performance.now() - begunAt) / 1000);
  };
  if (response.writableEnded || response.closed) record();
  else response.once('close', record);
}

/** True if a route takes the method of a request; answers 405 otherwise. */
function allowsMethod(
  request: IncomingMessage,
  response: ServerResponse,
  { methods, errors }: HttpRoute,
  headers: OutgoingHttpHeaders,
): boolean {
  if (methods === 'any' || methods.includes(request.method ?? '')) return true;
  const message = `The method of the request must be ${methods.join(' or ')}.`;
  respondError(response, 405, 'BAD_INPUT', message, { ...headers, allow: methods.join(', ') }, errors);
  return false;
}
