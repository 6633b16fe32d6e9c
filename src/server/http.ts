import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { bearerOf, KeysUnavailableError, type Authentication } from './authentication.ts';
import type { Callbacks } from './callbacks.ts';
import { answerHeaders, respondPreflight } from './cors.ts';
import type { EventStreams } from './event-stream.ts';
import type { GraphQLHttp } from './graphql-http.ts';
import { serveMedia } from './media.ts';
import type { PageGuard } from './page-guard.ts';
import { requestUrl } from './request-url.ts';
import {
  commonHeaders,
  respondError,
  respondJson,
  respondUnauthenticated,
  sendKey,
  setHeaders,
} from './respond.ts';
import type { Studio } from './studio.ts';
import type { Veo31 } from './veo31.ts';
import type { WebSocketTransport } from './websocket.ts';

/** Everything that the HTTP server routes to. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly guard: PageGuard;
  readonly graphql: GraphQLHttp;
  readonly callbacks: Callbacks;
  readonly veo31: Veo31;
  readonly authentication: Authentication;
  /** Owned by the server from then on, as are the sockets. */
  readonly eventStreams: EventStreams;
  readonly webSockets: WebSocketTransport;
  readonly mediaDirectory: string;
  readonly studio: Studio;
  /** Throws while the server cannot do its work. */
  readonly checkReady: () => Promise<void>;
}

const callbackPath = '/callbacks/kie/';
/** How long requests that are under way may take at shutdown, in milliseconds. */
const drainMs = 3000;

/** The HTTP server: guards, then routes. */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpOptions;
  readonly #server: Server;

  private constructor(options: HttpOptions) {
    this.#options = options;
    const settings = {
      // Whatever else a client would rather speak, such as h2c, it is answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => /^websocket$/i.test(headers.upgrade ?? ''),
    };
    this.#server = createServer(settings, (request, response) => {
      this.#respond(request, response).catch((error: unknown) => {
        if (response.destroyed) return;
        options.log.error({ err: error, path: request.url }, 'a request failed');
        if (response.headersSent) {
          response.destroy();
          return;
        }
        const headers = answerHeaders(options.guard, request);
        if (error instanceof KeysUnavailableError) {
          const message = 'Who you are cannot be checked just now. Try again.';
          respondError(response, 503, 'INTERNAL', message, headers);
        } else respondError(response, 500, 'INTERNAL', 'Something went wrong on our side.', headers);
      });
    });
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
  }

  #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Asked most of all, and without a query string: nothing to parse.
    return request.url === '/graphql' && this.#options.guard.allowsHost(request)
      ? this.#options.graphql.respond(request, response)
      : this.#route(request, response);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, callbacks, mediaDirectory, studio } = this.#options;
    setHeaders(response, commonHeaders);
    if (!guard.allowsHost(request)) {
      respondError(
        response,
        403,
        'FORBIDDEN',
        'This host name is not this server. Set PUBLIC_URL if it should be.',
      );
      return;
    }
    const url = requestUrl(request);
    if (url === null) {
      respondError(response, 400, 'BAD_INPUT', 'The path of this request cannot be read.');
      return;
    }
    const { pathname } = url;
    if (pathname === '/graphql') return this.#options.graphql.respond(request, response);
    if (pathname.startsWith('/veo31/') && pathname !== '/veo31/')
      return this.#respondVeo31(request, response, pathname);
    if (request.method === 'POST' && pathname.startsWith(callbackPath)) {
      return callbacks.respond(request, response, pathname.slice(callbackPath.length));
    }
    const isStudio = studio.serves(pathname);
    if (!isStudio && !isOpenPath(pathname) && (await this.#refusesStranger(request, response))) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      respondError(response, 405, 'BAD_INPUT', 'This path takes GET.');
      return;
    }
    if (pathname.startsWith('/media/')) {
      serveMedia(mediaDirectory, pathname.slice('/media/'.length), request, response, url);
      return;
    }
    if (isStudio) return studio.respond(request, response, pathname);
    switch (pathname) {
      case '/healthz':
        respondJson(response, 200, { status: 'ok' });
        return;
      case '/readyz':
        await this.#respondReady(response);
        return;
      default:
        respondError(response, 404, 'NOT_FOUND', 'There is nothing at this path.');
    }
  }

  /** Strangers are not told what is there and what is not. */
  async #refusesStranger(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const identity = await this.#options.authentication.identify(bearerOf(request.headers.authorization));
    if (identity !== null) return false;
    respondUnauthenticated(response);
    return true;
  }

  /** The seed's REST calls: `{"error":"…"}` where GraphQL has an error. */
  async #respondVeo31(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const { guard, authentication, veo31 } = this.#options;
    const cors = answerHeaders(guard, request);
    if (request.method === 'OPTIONS') {
      respondPreflight(response, cors);
      return;
    }
    setHeaders(response, cors);
    const identity = await authentication.identify(bearerOf(request.headers.authorization));
    const [, route, taskId = null] = /^\/veo31\/(kie-status|status)\/([^/]+)$/.exec(pathname) ?? [];
    if (identity === null) {
      response.setHeader('www-authenticate', 'Bearer');
      respondJson(response, 401, { error: sendKey });
    } else if (request.method === 'GET' && route !== undefined && taskId !== null) {
      await veo31.status(response, decoded(taskId), identity.viewer, route === 'kie-status' ? 'kie' : null);
    } else if (request.method === 'POST' && pathname === '/veo31/generate-from-urls') {
      if (guard.allowsCaller(request)) await veo31.generate(request, response, identity.viewer);
      else respondJson(response, 403, { error: 'Pages of this origin may not call the API.' });
    } else {
      respondJson(response, 404, { error: 'There is nothing at this path.' });
    }
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
    const { guard, webSockets } = this.#options;
    const url = requestUrl(request);
    if (url === null) refuse(socket, '400 Bad Request');
    else if (url.pathname !== '/graphql') refuse(socket, '404 Not Found');
    else if (!guard.allowsHost(request) || !guard.allowsCaller(request)) refuse(socket, '403 Forbidden');
    else webSockets.upgrade(request, socket, head);
  }
}

/** What everybody may ask for beside the studio; a file of `/media` is open to those who know its key. */
const isOpenPath = (pathname: string): boolean =>
  ['/healthz', '/readyz'].includes(pathname) || /^\/(?:media|callbacks)\//.test(pathname);

/** A provider's id as a client wrote it into a path; what cannot be read is an id that nobody has. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
