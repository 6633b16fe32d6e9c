import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { cannotKeepMessage, StorageError } from '../media/storage-error.ts';
import type { Authentication } from './auth/authentication.ts';
import type { Callbacks } from './routes/callbacks.ts';
import { closeIdle } from './http/close-idle.ts';
import { answerHeaders } from './http/cors.ts';
import { bearerOf } from './auth/credentials.ts';
import type { EventStreams } from './graphql-http/event-stream.ts';
import { senderOf } from './auth/forwarded.ts';
import type { GraphQLHttp } from './graphql-http/graphql-http.ts';
import type { MediaRoute } from './routes/media.ts';
import type { Entrance, PageGuard } from './auth/page-guard.ts';
import { KeysUnavailableError } from './auth/published-keys.ts';
import { loggedPath, requestUrl, routeOf } from './http/request-url.ts';
import {
  commonHeaders,
  isVeo31,
  respondError,
  respondJson,
  respondUnauthenticated,
  setHeaders,
} from './http/respond.ts';
import { isStudioPath, type StudioPages } from './routes/studio.ts';
import type { Traffic } from './http/traffic.ts';
import type { Veo31Routes } from './routes/veo31-routes.ts';
import type { WebSocketTransport } from './graphql-ws/websocket.ts';

/** Everything that the HTTP server routes to. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** The path of PUBLIC_URL, without a slash at its end; '' when it has none. */
  readonly basePath: string;
  /** Whether `Forwarded` and `X-Forwarded-*` name the client. */
  readonly trustProxy: boolean;
  readonly log: Logger;
  readonly guard: PageGuard;
  readonly graphql: GraphQLHttp;
  readonly callbacks: Callbacks;
  readonly veo31: Veo31Routes;
  readonly authentication: Authentication;
  readonly traffic: Traffic;
  /** Owned by the server from then on, as are the sockets. */
  readonly eventStreams: EventStreams;
  readonly webSockets: WebSocketTransport;
  readonly media: MediaRoute;
  readonly studio: StudioPages;
  /** Throws while the server cannot do its work. */
  readonly checkReady: () => Promise<void>;
}

const callbackPath = '/callbacks/kie/';
const mediaPath = '/media/';
/** How long requests that are under way may take at shutdown, in milliseconds. */
const drainMs = 3000;

/**
 * Load balancers keep idle connections for 60 s and more. Who closes first must be them: a request that meets our
 * close ends in 502, and is not repeated when it is a mutation.
 */
const keepAliveTimeoutMs = 75_000;
/** Above the keep-alive time, as Node's manual asks. */
const headersTimeoutMs = 80_000;
/** Browsers send every cookie of `localhost`, whatever program set it: 16 KB, Node's default, are soon reached. */
const maxHeaderBytes = 64 * 1024;

const closedOutside =
  'This server has no authentication, so it is closed to requests from outside. Set API_KEYS to open it.';

/** The HTTP server: guards, then routes. */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpOptions;
  readonly #server: Server;
  readonly #logsRequests: boolean;

  private constructor(options: HttpOptions) {
    this.#options = options;
    this.#logsRequests = options.log.isLevelEnabled('debug');
    const settings = {
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: headersTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: 5000,
      // Whatever else a client would rather speak, such as h2c, it is answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => /^websocket$/i.test(headers.upgrade ?? ''),
    };
    this.#server = createServer(settings, (request, response) => {
      if (this.#logsRequests) this.#logWhenClosed(request, response);
      this.#respond(request, response).catch((error: unknown) => {
        if (response.destroyed) return;
        options.log.error({ err: error, ...this.#logged(request) }, 'a request failed');
        if (response.headersSent) response.destroy();
        else this.#respondFault(request, response, error);
      });
    });
    closeIdle(this.#server);
    this.#server.on('connection', (socket) => options.traffic.add(socket));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Resolves when the port is open. */
  static async listen(options: HttpOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    try {
      await new Promise<void>((resolve, reject) => {
        http.#server.once('error', reject);
        http.#server.listen(options.port, options.host, resolve);
      });
    } catch (error) {
      await http[Symbol.asyncDispose]();
      throw error;
    }
    return http;
  }

  /** The port that is open, also where any free one was asked for. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connections, ends what is pushed, lets answers finish, then cuts. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    const cut = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    this.#options.eventStreams[Symbol.dispose]();
    await this.#options.webSockets[Symbol.asyncDispose]();
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
    this.#options.traffic[Symbol.dispose]();
  }

  #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Asked most of all, and without a query string: nothing to parse.
    return request.url === '/graphql' && this.#options.guard.entranceOf(request) === 'inside'
      ? this.#options.graphql.respond(request, response)
      : this.#route(request, response);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, callbacks, media, studio, veo31, graphql, basePath } = this.#options;
    setHeaders(response, commonHeaders);
    const url = requestUrl(request);
    const path = url === null ? null : routeOf(url, basePath);
    if (!this.#admits(request, response, guard.entranceOf(request), path)) return;
    if (url === null || path === null) {
      respondError(response, 400, 'BAD_INPUT', 'The path of this request cannot be read.');
      return;
    }
    if (path === '/graphql') return graphql.respond(request, response);
    if (isVeo31(path)) return veo31.respond(request, response, path);
    if (path.startsWith(callbackPath)) {
      // To a browser there is nothing.
      if (request.method === 'GET' || request.method === 'HEAD') respondNothing(response);
      else if (allowsMethod(request, response, ['POST'])) {
        await callbacks.respond(request, response, path.slice(callbackPath.length));
      }
      return;
    }
    if (path.startsWith(mediaPath)) {
      this.#letPause(request, response);
      media.respond(path.slice(mediaPath.length), request, response, url.searchParams.has('download'));
      return;
    }
    if (isStudioPath(path)) {
      if (allowsMethod(request, response, ['GET', 'HEAD'])) await studio.respond(request, response, path);
      return;
    }
    if (path === '/healthz' || path === '/readyz') {
      if (!allowsMethod(request, response, ['GET', 'HEAD'])) return;
      if (path === '/readyz') await this.#respondReady(response);
      else respondJson(response, 200, { status: 'ok' });
      return;
    }
    if (await this.#refusesStranger(request, response)) return;
    respondNothing(response);
  }

  /** Whether a request that came in by this entrance may have the path; answers it otherwise. */
  #admits(
    request: IncomingMessage,
    response: ServerResponse,
    entrance: Entrance,
    path: string | null,
  ): boolean {
    const isHealth = path === '/healthz' || path === '/readyz';
    const isOpen = isHealth || (path !== null && /^\/(?:callbacks|media)\//.test(path));
    if (entrance === 'inside' || isHealth || (entrance === 'outside' && isOpen)) return true;
    if (entrance === 'foreignHost') {
      const message = 'This host name is not this server. Set PUBLIC_URL if it should be.';
      respondError(response, 403, 'FORBIDDEN', message, {}, path);
    } else {
      respondUnauthenticated(
        response,
        { refusal: closedOutside },
        answerHeaders(this.#options.guard, request),
        path,
      );
    }
    return false;
  }

  /** Players stop reading for minutes, and little of a file is in memory meanwhile. */
  #letPause({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#options.traffic.of(socket);
    if (connection === undefined) return;
    connection.isPatient = true;
    response.once('close', () => {
      connection.isPatient = false;
    });
  }

  /** Strangers are not told what is there and what is not. */
  async #refusesStranger(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const identity = await this.#options.authentication.identify(bearerOf(request.headers.authorization));
    if (!('refusal' in identity)) return false;
    respondUnauthenticated(response, identity);
    return true;
  }

  #respondFault(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { guard, basePath } = this.#options;
    const url = requestUrl(request);
    const path = url === null ? null : routeOf(url, basePath);
    const headers = answerHeaders(guard, request);
    if (error instanceof KeysUnavailableError) {
      const message = 'The credential cannot be checked at the moment. Try again.';
      respondError(response, 503, 'INTERNAL', message, headers, path);
    } else if (error instanceof StorageError) {
      respondError(response, 503, 'INTERNAL', cannotKeepMessage, headers, path);
    } else respondError(response, 500, 'INTERNAL', 'Something went wrong on our side.', headers, path);
  }

  async #respondReady(response: ServerResponse): Promise<void> {
    try {
      await this.#options.checkReady();
      respondJson(response, 200, { status: 'ready' });
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the server is not ready');
      respondJson(response, 503, { status: 'not ready' });
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { guard, webSockets, basePath, log } = this.#options;
    if (this.#logsRequests) log.debug(this.#logged(request), 'websocket request');
    const url = requestUrl(request);
    const entrance = guard.entranceOf(request);
    if (entrance === 'foreignHost') refuse(socket, '403 Forbidden');
    else if (url === null) refuse(socket, '400 Bad Request');
    else if (entrance === 'outside') refuse(socket, '401 Unauthorized', closedOutside);
    else if (routeOf(url, basePath) !== '/graphql') refuse(socket, '404 Not Found');
    else if (!guard.allowsCaller(request)) refuse(socket, '403 Forbidden');
    else if (webSockets.isCrowded) refuse(socket, '503 Service Unavailable', 'Try again in a moment.');
    // Without TLS of its own, the server has nothing else.
    else webSockets.upgrade(request, socket as Socket, head);
  }

  #logWhenClosed(request: IncomingMessage, response: ServerResponse): void {
    // Read now: the socket forgets its address when it closes.
    const logged = this.#logged(request);
    response.once('close', () =>
      this.#options.log.debug({ ...logged, status: response.statusCode }, 'request'),
    );
  }

  #logged(request: IncomingMessage): { client: string | undefined; scheme: string | null; path: string } {
    const { address, scheme } = senderOf(request, this.#options.trustProxy);
    return { client: address, scheme, path: loggedPath(request) };
  }
}

const respondNothing = (response: ServerResponse): void =>
  respondError(response, 404, 'NOT_FOUND', 'There is nothing at this path.');

/** Whether a path takes the method of a request; answers it otherwise. */
function allowsMethod(
  request: IncomingMessage,
  response: ServerResponse,
  methods: readonly string[],
): boolean {
  if (methods.includes(request.method ?? '')) return true;
  const allow = methods.join(', ');
  respondError(response, 405, 'BAD_INPUT', `This path takes ${allow}.`, { allow });
  return false;
}

function refuse(socket: Duplex, status: string, message = ''): void {
  socket.on('error', () => socket.destroy());
  const challenge = status.startsWith('401') ? 'www-authenticate: Bearer\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status}\r\n${challenge}connection: close\r\ncontent-type: text/plain\r\ncontent-length: ${message.length}\r\n\r\n${message}`,
  );
}
