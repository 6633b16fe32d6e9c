import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Viewer } from '../schema/context.ts';
import { codedError, type ErrorCode } from '../schema/errors.ts';
import type { Authentication } from './authentication.ts';
import type { EventStreams } from './event-stream.ts';
import type { GraphiQLPage } from './graphiql.ts';
import { homePage } from './home.ts';
import { serveMedia } from './media.ts';
import type { Operations } from './operations.ts';
import type { PageGuard } from './page-guard.ts';
import { parseParams } from './params.ts';
import { readBody } from './read-body.ts';
import type { WebSocketTransport } from './websocket.ts';
import type { createGraphQLHandler } from './yoga.ts';

/** Everything that the HTTP server routes to. */
export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly guard: PageGuard;
  readonly authentication: Authentication;
  readonly operations: Operations;
  readonly graphql: ReturnType<typeof createGraphQLHandler>;
  /** Owned by the server from then on, as are the sockets. */
  readonly eventStreams: EventStreams;
  readonly webSockets: WebSocketTransport;
  /** Null where introspection is off. */
  readonly graphiql: GraphiQLPage | null;
  readonly mediaDirectory: string;
  readonly simulated: boolean;
  readonly maxBodyBytes: number;
  /** Throws while the server cannot do its work. */
  readonly checkReady: () => Promise<void>;
}

/** How long requests that are under way may take at shutdown, in milliseconds. */
const drainMs = 3000;

/** The HTTP server: guards, then routes. */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpOptions;
  readonly #server: Server;

  private constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#respond(request, response).catch((error: unknown) => {
        options.log.error({ err: error, path: request.url }, 'a request failed');
        if (response.headersSent) response.destroy();
        else fail(response, 500, 'INTERNAL', 'Something went wrong on our side.');
      });
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Resolves when the port is open. */
  static async listen(options: HttpOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    await new Promise<void>((resolve, reject) => {
      http.#server.once('error', reject);
      http.#server.listen(options.port, options.host, resolve);
    });
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

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, mediaDirectory, simulated } = this.#options;
    response.setHeader('x-content-type-options', 'nosniff');
    if (!guard.allowsHost(request)) {
      fail(response, 403, 'FORBIDDEN', 'This host name is not this server. Set PUBLIC_URL if it should be.');
      return;
    }
    const url = new URL(request.url ?? '/', 'http://reelay.invalid');
    const { pathname } = url;
    if (pathname === '/graphql') return this.#respondGraphQL(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      fail(response, 405, 'BAD_INPUT', 'This path takes GET.');
      return;
    }
    if (pathname.startsWith('/media/')) {
      serveMedia(mediaDirectory, pathname.slice('/media/'.length), request, response, url);
      return;
    }
    switch (pathname) {
      case '/':
      case '/veo31':
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(homePage(simulated));
        return;
      case '/healthz':
        json(response, 200, { status: 'ok' });
        return;
      case '/readyz':
        await this.#respondReady(response);
        return;
      default:
        fail(response, 404, 'NOT_FOUND', 'There is nothing at this path.');
    }
  }

  async #respondReady(response: ServerResponse): Promise<void> {
    try {
      await this.#options.checkReady();
      json(response, 200, { status: 'ready' });
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the server is not ready');
      json(response, 503, { status: 'not ready' });
    }
  }

  async #respondGraphQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, graphiql, authentication, graphql } = this.#options;
    const { method, headers } = request;
    const accept = headers.accept ?? '';
    if (this.#answersPreflight(request, response)) return;
    if (
      method === 'GET' &&
      graphiql !== null &&
      /\btext\/html\b/.test(accept) &&
      !accept.includes('event-stream')
    ) {
      await graphiql.respond(request, response);
      return;
    }
    const isStream = accept.includes('text/event-stream');
    if ((method === 'POST' || isStream) && !guard.allowsCaller(request)) {
      fail(
        response,
        403,
        'FORBIDDEN',
        'Pages of this origin may not call the API. Set CORS_ORIGINS if it should.',
      );
      return;
    }
    const viewer = await authentication.viewerOf(headers.authorization ?? null);
    if (viewer === null) {
      response.setHeader('www-authenticate', 'Bearer');
      fail(response, 401, 'UNAUTHENTICATED', 'Send "authorization: Bearer KEY" with a key of this server.');
      return;
    }
    if (isStream && (await this.#streamed(request, response, viewer))) return;
    await graphql(request, response, { viewer });
  }

  /** Tells the browser what a page of another origin may do; answers the question itself, if it is one. */
  #answersPreflight(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin !== undefined && this.#options.guard.allowsOrigin(origin, request)) {
      response.setHeader('access-control-allow-origin', origin);
    }
    if (request.method !== 'OPTIONS') return false;
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', 'authorization, content-type, last-event-id');
    response.setHeader('access-control-max-age', '600');
    response.writeHead(204).end();
    return true;
  }

  /** Answers as an event stream where the client can read nothing else, or asks for a subscription. */
  async #streamed(request: IncomingMessage, response: ServerResponse, viewer: Viewer): Promise<boolean> {
    const { eventStreams, operations, maxBodyBytes } = this.#options;
    let given: unknown;
    if (request.method === 'POST') {
      const body = await readBody(request, maxBodyBytes);
      if (body === null) {
        response.setHeader('connection', 'close');
        fail(response, 413, 'LIMIT_EXCEEDED', `A request has at most ${maxBodyBytes} bytes.`);
        return true;
      }
      // Yoga takes a body that was read before, should the answer be its matter.
      Object.assign(request, { body });
      given = parseJson(body.toString());
    } else {
      const query = new URL(request.url ?? '/', 'http://reelay.invalid').searchParams;
      const variables = query.get('variables');
      given = {
        query: query.get('query'),
        operationName: query.get('operationName'),
        variables: variables === null ? null : parseJson(variables),
      };
    }
    const params = parseParams(given);
    if (params instanceof GraphQLError) return false;
    const prepared = operations.prepare(params.query);
    const type =
      prepared.kind === 'valid' ? operations.typeOf(prepared.document, params.operationName) : null;
    const readsJson = /json|\*\/\*/.test(request.headers.accept ?? '');
    if (type !== 'subscription' && readsJson) return false;
    if (type === 'mutation' && request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      fail(response, 405, 'BAD_INPUT', 'A mutation wants POST.');
      return true;
    }
    await eventStreams.respond(response, params, viewer);
    return true;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { guard, webSockets } = this.#options;
    const { pathname } = new URL(request.url ?? '/', 'http://reelay.invalid');
    if (pathname !== '/graphql') refuse(socket, '404 Not Found');
    else if (!guard.allowsHost(request) || !guard.allowsCaller(request)) refuse(socket, '403 Forbidden');
    else webSockets.upgrade(request, socket, head);
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Undefined is what nobody takes for parameters. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  json(response, status, { errors: [codedError(code, message)] });
}
