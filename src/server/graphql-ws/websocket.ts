import type { Socket } from 'node:net';
import { GraphQLError, type DocumentNode, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Viewer } from '../../schema/context.ts';
import { codedError } from '../../schema/errors.ts';
import { Deadline } from '../../time/deadline.ts';
import type { Authentication } from '../auth/authentication.ts';
import { closeWaitMs, Connection, tryAgainLater } from './connection.ts';
import { credentialOf } from '../auth/credentials.ts';
import { onExpiry } from '../auth/identity.ts';
import type { OperationParams, Operations } from '../../graphql/operations.ts';
import { OwnerCounts } from '../../graphql/owner-counts.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import type { Upgrade } from '../http/route.ts';
import { parseParams } from '../graphql-http/params.ts';
import { KeysUnavailableError } from '../auth/published-keys.ts';
import { socketListeners, type SocketListeners } from './socket-listeners.ts';
import { SocketOperation, type SocketContext } from './socket-operation.ts';
import type { Subscriptions } from '../../graphql/subscriptions.ts';
import type { Traffic } from '../http/traffic.ts';

/** Settings of the WebSocket transport. */
export interface WebSocketOptions {
  readonly operations: Operations;
  readonly subscriptions: Subscriptions;
  readonly authentication: Authentication;
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly limits: WebSocketLimits;
}

/** What one owner and one socket may hold. */
export interface WebSocketLimits {
  readonly socketsPerOwner: number;
  /** Sockets of all clients that have not said who they are. */
  readonly unknownSockets: number;
  readonly operationsPerSocket: number;
  readonly messageBytes: number;
  /** Between two pings: who misses one whole round is gone. */
  readonly pingMs: number;
  /** A reader that is behind for this long is closed. */
  readonly stallMs: number;
}

const goingAway = 1001;

/** How long a client may take to say who it is. */
const initWaitMs = 3000;

/** What an operation carries from `onSubscribe` to its execution. */
interface Started {
  readonly operation: SocketOperation;
  readonly viewer: Viewer;
  readonly params: OperationParams;
  readonly connection: Connection;
  /** What a subscription that did not begin has to say. */
  readonly result: ExecutionResult | null;
}

/**
 * `graphql-transport-ws`: graphql-ws keeps the protocol. It only reserves the ids of subscriptions, whose
 * messages go past it to the socket, so that an open one costs little more than its socket.
 */
export class WebSocketTransport implements AsyncDisposable {
  readonly #options: WebSocketOptions;
  readonly #server: WebSocketServer;
  readonly #protocol: Server<Connection>;
  readonly #connections = new Map<WebSocket, Connection>();
  readonly #listeners: SocketListeners;
  readonly #socketsOf = new OwnerCounts();
  #unknown = 0;
  #pings: Deadline;
  readonly #onStalled = (connection: Connection): void => {
    // It gets as long again to come back and read why.
    this.#giveUp(connection, 'The reader stalled', this.#options.limits.stallMs);
  };

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.limits.messageBytes,
      // Each piece costs a hundred bytes, however short it is.
      maxFragments: 1024,
      maxBufferedChunks: 4096,
      handleProtocols,
    });
    this.#protocol = makeServer<Record<string, unknown>, Connection>({
      // Ours: theirs would stay for as long as the socket.
      connectionInitWaitTimeout: 0,
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, id, payload) => this.#start(context, id, payload),
      execute: (args) => this.#execute(args),
      subscribe: ({ contextValue }) => (contextValue as Started).result ?? {},
    });
    this.#listeners = socketListeners(this.#connections, options.log, (connection, code, reason) => {
      this.#connections.delete(connection.socket);
      this.#forget(connection);
      this.#leave(connection, code, reason);
    });
    this.#pings = this.#nextPing();
  }

  /** How many sockets are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Opens a WebSocket on a request that passed the checks of its route. */
  upgrade({ request, socket: duplex, head }: Upgrade): void {
    if (this.#unknown >= this.#options.limits.unknownSockets) {
      refuseUpgrade(duplex, {
        status: '503 Service Unavailable',
        message: 'Too many clients have not identified themselves yet. Try again in a moment.',
      });
      return;
    }
    this.#server.handleUpgrade(request, duplex, head, (socket) => this.#opened(socket, duplex));
  }

  /** Closes every socket with 1001, and cuts those that do not answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pings[Symbol.dispose]();
    const sockets = [...this.#connections.keys()];
    const closed = sockets.map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const socket of sockets) socket.close(goingAway, 'Going away');
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, closeWaitMs);
    await Promise.all(closed);
    clearTimeout(cut);
    this.#server.close();
  }

  #opened(socket: WebSocket, duplex: Socket): void {
    const { limits, traffic } = this.#options;
    const connection = new Connection(socket, duplex, limits.stallMs, this.#onStalled);
    this.#connections.set(socket, connection);
    this.#unknown += 1;
    const counted = traffic.of(duplex);
    if (counted !== undefined) counted.webSocket = connection;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    connection.leave = this.#protocol.opened(connection, connection);
    connection.ending = new Deadline(initWaitMs, () => {
      connection.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    });
  }

  async #connect(context: SocketContext): Promise<boolean> {
    const { authentication, limits, traffic } = this.#options;
    const { extra: connection } = context;
    connection.ending?.[Symbol.dispose]();
    connection.ending = undefined;
    const credential = credentialOf(context.connectionParams);
    // A secret need not stay in memory for as long as the socket.
    Object.assign(context, { connectionParams: undefined });
    let identity;
    try {
      identity = await authentication.identify(credential);
    } catch (error) {
      if (!(error instanceof KeysUnavailableError)) throw error;
      this.#options.log.error({ err: error }, 'nobody can be identified');
      connection.close(tryAgainLater, 'Keys unavailable');
      return false;
    }
    if ('refusal' in identity) {
      connection.close(CloseCode.Unauthorized, identity.refusal);
      return false;
    }
    const { viewer } = identity;
    if (this.#socketsOf.of(viewer.owner) >= limits.socketsPerOwner) {
      connection.close(tryAgainLater, 'Too many sockets');
      return false;
    }
    if (!connection.isOpen) return false;
    connection.acknowledge(viewer);
    this.#unknown -= 1;
    const counted = traffic.of(connection.duplex);
    if (counted !== undefined) counted.owner = viewer.owner;
    connection.ending = onExpiry(identity, () => connection.close(CloseCode.Forbidden, 'Expired'));
    this.#socketsOf.add(viewer.owner, 1);
    return true;
  }

  #forget({ viewer }: Connection): void {
    if (viewer === null) this.#unknown -= 1;
    else this.#socketsOf.add(viewer.owner, -1);
  }

  #start(
    context: SocketContext,
    id: string,
    payload: object,
  ): ExecutionArgs | readonly GraphQLError[] | Promise<ExecutionArgs> {
    const { operations, limits } = this.#options;
    const { viewer, operations: running } = context.extra;
    const params = parseParams(payload);
    if (viewer === null || params instanceof GraphQLError) {
      return [params instanceof GraphQLError ? params : new GraphQLError('Unauthorized')];
    }
    if (running >= limits.operationsPerSocket) {
      const message = `A socket has at most ${limits.operationsPerSocket} operations: open another one.`;
      return [codedError('LIMIT_EXCEEDED', message)];
    }
    const { slices } = operations;
    if (!slices.hasTime()) context.extra.rest(slices.next(viewer.owner));
    const prepared = operations.prepare(params.query);
    if (prepared.kind !== 'valid') return prepared.errors;
    const type = operations.typeOf(prepared.document, params.operationName);
    if (type === null) {
      return [codedError('BAD_INPUT', 'operationName names none of the operations of this text.')];
    }
    const refusal = operations.refusalOf(prepared.document, params);
    if (refusal !== null) return [refusal];
    const operation = new SocketOperation(context, id);
    const started: Started = { operation, viewer, params, connection: context.extra, result: null };
    return type === 'subscription'
      ? this.#stream(prepared.document, started)
      : this.#argumentsOf(prepared.document, started);
  }

  #argumentsOf(document: DocumentNode, started: Started): ExecutionArgs {
    const { schema } = this.#options.operations;
    const { operationName } = started.params;
    return { schema, document, contextValue: started, ...(operationName !== null && { operationName }) };
  }

  async #execute({ document, contextValue }: ExecutionArgs): Promise<ExecutionResult> {
    const { operation, params, viewer, connection } = contextValue as Started;
    const { answers } = connection;
    const turn = answers.enter(connection.messageBytes);
    if (turn !== null) {
      connection.keepPace();
      await turn;
    }
    try {
      if (operation.hasEnded) return never();
      const result = await this.#options.operations.execute(document, params, viewer);
      if (operation.hasEnded) return never();
      operation.release();
      return result;
    } finally {
      answers.leave();
    }
  }

  /** Lets a stream write to the socket; graphql-ws goes on only with what could not begin. */
  async #stream(document: DocumentNode, started: Started): Promise<ExecutionArgs> {
    const { operation, params, viewer } = started;
    const opened = await this.#options.subscriptions.open(document, params, viewer, operation);
    if (Symbol.dispose in opened) {
      operation.startFrom(opened);
      return never();
    }
    if (operation.hasEnded) return never();
    operation.release();
    return this.#argumentsOf(document, { ...started, result: opened });
  }

  /** Nothing more is kept up to date for a client that does not listen; it may still read why. */
  #giveUp(connection: Connection, reason: string, waitMs: number): void {
    this.#leave(connection, tryAgainLater, reason);
    connection.close(tryAgainLater, reason, waitMs);
  }

  #leave(connection: Connection, code: number, reason: string): void {
    connection[Symbol.dispose]();
    connection
      .leave(code, reason)
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'a closed socket could not be cleaned up'),
      );
  }

  /** A round of pings; one that is late, because the process stood still, lets the answers be read first. */
  #nextPing(): Deadline {
    return new Deadline(this.#options.limits.pingMs, () => {
      this.#ping();
      this.#pings = this.#nextPing();
    });
  }

  #ping(): void {
    for (const connection of this.#connections.values()) {
      if (!connection.isOpen) continue;
      // Who is behind answers late, since the ping stands behind all that waits: that has its own limit.
      if (connection.alive || connection.isBehind) {
        connection.alive = false;
        connection.socket.ping();
      } else {
        this.#giveUp(connection, 'No answer to a ping', closeWaitMs);
      }
    }
  }
}

/**
 * What graphql-ws gets for an operation that it has nothing more to do with: its id may belong to another one by
 * now. Whoever waits for this is collected as garbage.
 */
const never = (): Promise<never> => new Promise(() => {});
