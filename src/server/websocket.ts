import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Sink } from '../events/subscriber.ts';
import type { Viewer } from '../schema/context.ts';
import { credentialOf, KeysUnavailableError, onExpiry, type Authentication } from './authentication.ts';
import type { OperationParams, Operations } from './operations.ts';
import { parseParams } from './params.ts';
import { Reader } from './reader.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Settings of the WebSocket transport. */
export interface WebSocketOptions {
  readonly operations: Operations;
  readonly subscriptions: Subscriptions;
  readonly authentication: Authentication;
  readonly log: Logger;
  readonly limits: WebSocketLimits;
}

/** What one owner and one socket may hold. */
export interface WebSocketLimits {
  readonly socketsPerOwner: number;
  readonly operationsPerSocket: number;
  readonly messageBytes: number;
  /** Between two pings: who misses one whole round is gone. */
  readonly pingMs: number;
  /** A reader that is behind for this long is closed. */
  readonly stallMs: number;
}

/** Try again later (RFC 6455 registry, 1013): the graphql-ws client reconnects after it. */
const tryAgainLater = 1013;
const goingAway = 1001;

/** How long a socket that is being closed may take to answer. */
const closeWaitMs = 2000;

const closingBrace = Buffer.from('}');
/** Bytes that are already UTF-8 go out as a text frame. */
const asText = { binary: false } as const;

/** One connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly reader: Reader;
  viewer: Viewer | null;
  /** Ends the connection at its time: the token's, or soon after it was found stalled. */
  ending: NodeJS.Timeout | undefined;
  /** The operations under way, by the message that began each: ids are used again at once. */
  readonly running: Set<object>;
  alive: boolean;
}

/** What an operation carries from `onSubscribe` to its execution. */
interface Started {
  readonly connection: Connection;
  readonly viewer: Viewer;
  readonly id: string;
  readonly params: OperationParams;
  readonly payload: object;
}

/** `graphql-transport-ws`: graphql-ws keeps the protocol, messages of streams go past it to the socket. */
export class WebSocketTransport implements AsyncDisposable {
  readonly #options: WebSocketOptions;
  readonly #server: WebSocketServer;
  readonly #protocol: Server<Connection>;
  readonly #connections = new Set<Connection>();
  readonly #socketsByOwner = new Map<string, number>();
  readonly #pings: NodeJS.Timeout;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.limits.messageBytes,
      handleProtocols,
    });
    this.#protocol = makeServer<Record<string, unknown>, Connection>({
      onConnect: ({ extra, connectionParams }) => this.#connect(extra, connectionParams),
      onSubscribe: ({ extra }, id, payload) => this.#start(extra, id, payload),
      execute: (args) => this.#execute(args),
      subscribe: (args) => this.#subscribe(args),
      onComplete: ({ extra }, _id, payload) => {
        extra.running.delete(payload);
      },
    });
    this.#pings = setInterval(() => this.#ping(), options.limits.pingMs);
  }

  /** How many sockets are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Takes over a request that the guard has let pass. */
  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, duplex, head, (socket) => this.#opened(socket, duplex));
  }

  /** Closes every socket with 1001, and cuts those that do not answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pings);
    const connections = [...this.#connections];
    const closed = connections.map(
      ({ socket }) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const { socket } of connections) socket.close(goingAway, 'Going away');
    const cut = setTimeout(() => {
      for (const { socket } of connections) socket.terminate();
    }, closeWaitMs);
    await Promise.all(closed);
    clearTimeout(cut);
    this.#server.close();
  }

  #opened(socket: WebSocket, duplex: Duplex): void {
    const reader = new Reader(duplex, this.#options.limits.stallMs, () => this.#stalled(connection));
    const connection: Connection = {
      socket,
      reader,
      viewer: null,
      ending: undefined,
      running: new Set(),
      alive: true,
    };
    this.#connections.add(connection);
    // ws closes by itself after an error, with the code that fits (1009 for a message over the limit).
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'a socket failed'));
    socket.on('pong', () => {
      connection.alive = true;
    });
    const closed = this.#protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => {
          if (socket.readyState === socket.OPEN) socket.send(text);
        },
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data: Buffer) => {
            handle(data.toString()).catch((error: unknown) => {
              this.#options.log.error({ err: error }, 'a message could not be handled');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      this.#connections.delete(connection);
      this.#forget(connection);
      clearTimeout(connection.ending);
      reader[Symbol.dispose]();
      closed(code, reason.toString()).catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'a closed socket could not be cleaned up'),
      );
    });
  }

  async #connect(connection: Connection, params: Record<string, unknown> | undefined): Promise<boolean> {
    const { authentication, limits } = this.#options;
    const identity = await authentication
      .identify(credentialOf(params?.['authorization']))
      .catch((error: unknown) => {
        if (!(error instanceof KeysUnavailableError)) throw error;
        this.#options.log.error({ err: error }, 'nobody can be identified');
        connection.socket.close(tryAgainLater, 'Keys unavailable');
        return null;
      });
    if (identity === null) {
      connection.socket.close(CloseCode.Unauthorized, 'Unauthorized');
      return false;
    }
    const { viewer } = identity;
    const sockets = (this.#socketsByOwner.get(viewer.owner) ?? 0) + 1;
    if (sockets > limits.socketsPerOwner) {
      connection.socket.close(tryAgainLater, 'Too many sockets');
      return false;
    }
    if (connection.socket.readyState !== connection.socket.OPEN) return false;
    connection.viewer = viewer;
    connection.ending = onExpiry(identity, () => connection.socket.close(CloseCode.Forbidden, 'Expired'));
    this.#socketsByOwner.set(viewer.owner, sockets);
    return true;
  }

  #forget({ viewer }: Connection): void {
    if (viewer === null) return;
    const sockets = (this.#socketsByOwner.get(viewer.owner) ?? 0) - 1;
    if (sockets > 0) this.#socketsByOwner.set(viewer.owner, sockets);
    else this.#socketsByOwner.delete(viewer.owner);
  }

  #start(connection: Connection, id: string, payload: object): ExecutionArgs | readonly GraphQLError[] {
    const { operations, limits } = this.#options;
    const { viewer } = connection;
    const params = parseParams(payload);
    if (viewer === null || params instanceof GraphQLError) {
      return [params instanceof GraphQLError ? params : new GraphQLError('Unauthorized')];
    }
    if (connection.running.size >= limits.operationsPerSocket) {
      return [
        new GraphQLError(`A socket has at most ${limits.operationsPerSocket} operations: open another one.`, {
          extensions: { code: 'LIMIT_EXCEEDED' },
        }),
      ];
    }
    const prepared = operations.prepare(params.query);
    if (prepared.kind !== 'valid') return prepared.errors;
    if (operations.typeOf(prepared.document, params.operationName) === null) {
      return [
        new GraphQLError('operationName names none of the operations of this text.', {
          extensions: { code: 'BAD_INPUT' },
        }),
      ];
    }
    connection.running.add(payload);
    const started: Started = { connection, viewer, id, params, payload };
    return { schema: operations.schema, document: prepared.document, contextValue: started };
  }

  async #execute({ document, contextValue }: ExecutionArgs) {
    const { params, viewer } = contextValue as Started;
    return this.#options.operations.execute(document, params, viewer);
  }

  async #subscribe({ document, contextValue }: ExecutionArgs) {
    const { connection, id, params, payload: message, viewer } = contextValue as Started;
    const { socket, reader } = connection;
    const running = new RunningOperation();
    const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const sink: Sink = {
      send: (payload) => socket.send(Buffer.concat([head, payload, closingBrace]), asText),
      isWritable: () => reader.isWritable(),
      whenWritable: (resume) => reader.whenWritable(resume),
      end: () => running.end(),
    };
    const opened = await this.#options.subscriptions.open(document, params, viewer, sink);
    if (!(Symbol.dispose in opened)) return opened;
    running.onReturn = () => {
      connection.running.delete(message);
      opened[Symbol.dispose]();
    };
    return running;
  }

  #stalled(connection: Connection): void {
    const { socket } = connection;
    socket.close(tryAgainLater, 'The reader stalled');
    // It does not read, so it will hardly answer the close either.
    clearTimeout(connection.ending);
    connection.ending = setTimeout(() => socket.terminate(), closeWaitMs);
  }

  #ping(): void {
    for (const connection of this.#connections) {
      if (connection.alive) {
        connection.alive = false;
        connection.socket.ping();
      } else {
        connection.socket.terminate();
      }
    }
  }
}

/**
 * What graphql-ws waits on while a stream writes to the socket by itself: it yields nothing, is done when the
 * stream ends, and is returned when the client completes or is gone.
 */
class RunningOperation implements AsyncIterableIterator<never> {
  readonly #done = Promise.withResolvers<IteratorReturnResult<undefined>>();
  onReturn: () => void = () => {};

  next(): Promise<IteratorReturnResult<undefined>> {
    return this.#done.promise;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.onReturn();
    this.end();
    return this.#done.promise;
  }

  end(): void {
    this.#done.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
