import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { limitPieces } from '../body/limit-pieces.ts';
import { closeIdle } from '../connections/close-idle.ts';
import { ignoredRestCode } from '../connections/ignore-rest.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Listeners } from '../connections/listeners.ts';
import { unreadable } from './refusal.ts';
import { requestFields } from './request-log.ts';
import type { Traffic } from './traffic.ts';

/** Settings of the HTTP server. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** True if `Forwarded` and `X-Forwarded-*` name the client. */
  readonly trustProxy: boolean;
  readonly log: Logger;
  readonly dispatcher: Dispatcher;
  /** Owned by the server from its start on. */
  readonly traffic: Traffic;
  /** Disposed of when the server closes, before it waits for responses: they would never end by themselves. */
  readonly streams: readonly (Disposable | AsyncDisposable)[];
}

/** The time for running requests at shutdown, in milliseconds. */
const drainMs = 3000;

/**
 * Load balancers keep idle connections for 60 s and more. They must close first: a request that meets our close ends in
 * 502, and is not repeated when it is a mutation.
 */
const keepAliveTimeoutMs = 75_000;
/** Browsers send every cookie of `localhost`, whatever program set it: 16 KB, Node's default, are soon reached. */
const maxHeaderBytes = 64 * 1024;

/** The listening port: hands requests to the dispatcher, and owns the connections. */
export class HttpServer implements AsyncDisposable {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #listeners: Listeners;

  private constructor(options: HttpServerOptions) {
    const { dispatcher, log, traffic, trustProxy } = options;
    this.#options = options;
    const logsRequests = log.isLevelEnabled('debug');
    const settings = {
      keepAliveTimeout: keepAliveTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      // Ours know the size of a body and whether we have paused a connection: a large upload takes longer than any
      // fixed time.
      headersTimeout: 0,
      requestTimeout: 0,
      // A request for any other protocol, such as h2c, is answered in HTTP/1.1.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => /^websocket$/i.test(headers.upgrade ?? ''),
    };
    this.#server = createServer(settings, (request, response) => {
      if (logsRequests) {
        const fields = requestFields(request, trustProxy);
        response.once('close', () => log.debug({ ...fields, status: response.statusCode }, 'request'));
      }
      limitPieces(request, response);
      traffic.begin(request.socket, response);
      if (response.socket !== null) void dispatcher.respond(request, response);
      else traffic.addPipelined(request.socket, response, () => void dispatcher.respond(request, response));
    });
    closeIdle(this.#server, (socket) => traffic.noteTimeout(socket));
    this.#server.on('clientError', (error: Error & { code?: string }, socket: Duplex) => {
      if (error.code === ignoredRestCode) return;
      // Without TLS of its own, the server has no other kind of socket.
      traffic.refuse(socket as Socket, unreadable(error.code));
    });
    this.#listeners = new Listeners(this.#server);
    this.#server.on('connection', (socket) => traffic.add(socket, keepAliveTimeoutMs));
    this.#server.on('upgrade', (request, socket, head) => {
      if (logsRequests) log.debug(requestFields(request, trustProxy), 'websocket request');
      dispatcher.upgrade(request, socket as Socket, head);
    });
  }

  /** Resolves when the port is open; rejects when it cannot be, with nothing left open. */
  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    try {
      await http.#listeners.open(options.host, options.port);
    } catch (error) {
      await http[Symbol.asyncDispose]();
      throw error;
    }
    return http;
  }

  /** The open port, also where any free one was asked for. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connections, ends streams, waits for responses, then cuts. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { streams, traffic } = this.#options;
    const closed = this.#listeners.close();
    const cut = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    for (const stream of streams) {
      if (Symbol.dispose in stream) stream[Symbol.dispose]();
      else await stream[Symbol.asyncDispose]();
    }
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
    traffic[Symbol.dispose]();
  }
}
