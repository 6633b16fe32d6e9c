import type { Socket } from 'node:net';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Entrance } from '../../graphql/entrance.ts';
import type { Executor } from '../../graphql/executor.ts';
import { OwnerCounts } from '../../commands/owner-counts.ts';
import type { Subscriptions } from '../../graphql/subscriptions.ts';
import { LimitedLog } from '../../metrics/limited-log.ts';
import { Deadline } from '../../time/deadline.ts';
import type { Authentication } from '../auth/authentication.ts';
import { credentialOf } from '../auth/credentials.ts';
import { onExpiry } from '../auth/identity.ts';
import { KeysUnavailableError } from '../auth/published-keys.ts';
import type { CutConnections } from '../connections/cut-connections.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import type { Upgrade } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';
import { closes, type Close } from './close-codes.ts';
import { closeWaitMs, Connection, type ConnectionWatch } from './connection.ts';
import { KeepAlive } from './keep-alive.ts';
import { socketListeners, type SocketListeners } from './socket-listeners.ts';
import type { SocketContext } from './socket-operation.ts';
import { SocketOperations } from './socket-operations.ts';

/** Settings and dependencies of the WebSocket transport. */
export interface WebSocketOptions {
  readonly engine: GraphQLEngine;
  readonly entrance: Entrance;
  readonly executor: Executor;
  readonly subscriptions: Subscriptions;
  readonly authentication: Authentication;
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly cuts: CutConnections;
  readonly limits: WebSocketLimits;
}

/** Limits of one owner and one socket. */
export interface WebSocketLimits {
  readonly socketsPerOwner: number;
  /** Sockets of all clients that are not acknowledged yet. */
  readonly unknownSockets: number;
  readonly operationsPerSocket: number;
  readonly messageBytes: number;
  /** The interval of pings: a client that misses a whole interval is closed. */
  readonly pingMs: number;
  /** The connection of a reader that is behind for this long is closed. */
  readonly stallMs: number;
}

/** The time that a client has for `connection_init`. */
const initWaitMs = 3000;

/**
 * `graphql-transport-ws`. graphql-ws keeps the protocol; for subscriptions it only reserves the ids, while messages go
 * past it to the socket, so that an open subscription costs little more than its socket.
 */
export class WebSocketTransport implements AsyncDisposable {
  readonly #options: WebSocketOptions;
  readonly #server: WebSocketServer;
  readonly #protocol: Server<Connection>;
  readonly #connections = new Map<WebSocket, Connection>();
  readonly #listeners: SocketListeners;
  readonly #socketsOf = new OwnerCounts();
  readonly #keepAlive: KeepAlive<Connection>;
  #unknown = 0;
  /** A stalled client has the same time again to continue reading, and to read the reason. */
  readonly #watch: ConnectionWatch;

  constructor(options: WebSocketOptions) {
    const { engine, entrance, executor, subscriptions, limits, log } = options;
    this.#options = options;
    const limitedLog = new LimitedLog(log);
    this.#watch = {
      stallMs: limits.stallMs,
      onRefused: ({ client, owner }, { code, reason }) =>
        limitedLog.warn(
          'a caller on a WebSocket was refused',
          owner ?? client ?? '',
          () => ({ ...(owner === null ? { client } : { owner }), code, reason }),
          reason,
        ),
      onStalled: (connection) => {
        options.cuts.record({
          transport: 'ws',
          reason: 'stalled',
          owner: connection.owner,
          bytes: connection.outgoingBytes(),
        });
        this.#giveUp(connection, closes.stalled, limits.stallMs);
      },
    };
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.messageBytes,
      // Each piece costs a hundred bytes, however short it is.
      maxFragments: 1024,
      maxBufferedChunks: 4096,
      handleProtocols,
    });
    const operations = new SocketOperations({
      engine,
      entrance,
      executor,
      subscriptions,
      maxPerSocket: limits.operationsPerSocket,
    });
    this.#protocol = makeServer<Record<string, unknown>, Connection>({
      // Done here: the timer of graphql-ws would remain for as long as the socket.
      connectionInitWaitTimeout: 0,
      onConnect: (context) => this.#connect(context),
      onSubscribe: operations.start,
      execute: operations.execute,
      subscribe: operations.subscribe,
    });
    this.#listeners = socketListeners(this.#connections, engine.slices, log, (connection, code, reason) => {
      this.#connections.delete(connection.socket);
      this.#uncount(connection);
      this.#leave(connection, code, reason);
    });
    options.traffic.countWebSockets(() => this.#connections.values());
    this.#keepAlive = new KeepAlive(
      limits.pingMs,
      () => this.#connections.values(),
      (connection, waitMs) => this.#giveUp(connection, closes.noPong, waitMs),
    );
  }

  /** The number of open sockets. */
  get size(): number {
    return this.#connections.size;
  }

  /** Opens a WebSocket on a request that passed the checks of its route. */
  upgrade({ request, socket: duplex, head, client }: Upgrade): void {
    if (this.#unknown >= this.#options.limits.unknownSockets) {
      refuseUpgrade(duplex, {
        status: '503 Service Unavailable',
        message: 'Too many clients have not identified themselves yet. Try again in a moment.',
      });
      return;
    }
    this.#server.handleUpgrade(request, duplex, head, (socket) =>
      this.#opened(socket, duplex, client ?? null),
    );
  }

  /** Closes every socket with 1001, and cuts those that do not answer. Resolves when all are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#keepAlive[Symbol.dispose]();
    const sockets = [...this.#connections.keys()];
    const closed = sockets.map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const socket of sockets) socket.close(closes.goingAway.code, closes.goingAway.reason);
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, closeWaitMs);
    await Promise.all(closed);
    clearTimeout(cut);
    this.#server.close();
  }

  #opened(socket: WebSocket, duplex: Socket, client: string | null): void {
    const { traffic } = this.#options;
    const connection = new Connection(socket, duplex, client, this.#watch);
    this.#connections.set(socket, connection);
    this.#unknown += 1;
    traffic.release(duplex);
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    connection.leave = this.#protocol.opened(connection, connection);
    connection.ending = new Deadline(initWaitMs, () => connection.closeWith(closes.initTimeout));
  }

  /** `onConnect` of graphql-ws: true acknowledges the client. */
  async #connect(context: SocketContext): Promise<boolean> {
    const { authentication, limits } = this.#options;
    const { extra: connection } = context;
    connection.ending?.[Symbol.dispose]();
    connection.ending = undefined;
    const credential = credentialOf(context.connectionParams);
    // A secret need not remain in memory for as long as the socket.
    Object.assign(context, { connectionParams: undefined });
    let identity;
    try {
      identity = await authentication.identify(credential);
    } catch (error) {
      if (!(error instanceof KeysUnavailableError)) throw error;
      this.#options.log.error({ err: error }, 'credentials cannot be checked');
      connection.closeWith(closes.keysUnavailable);
      return false;
    }
    if ('refusal' in identity) {
      connection.closeWith({ ...closes.unauthorized, reason: identity.refusal });
      return false;
    }
    const { viewer } = identity;
    if (this.#socketsOf.of(viewer.owner) >= limits.socketsPerOwner) {
      connection.closeWith(closes.tooManySockets);
      return false;
    }
    if (!connection.isOpen) return false;
    connection.acknowledge(viewer);
    this.#unknown -= 1;
    connection.ending = onExpiry(identity, () => connection.closeWith(closes.expired));
    this.#socketsOf.add(viewer.owner, 1);
    return true;
  }

  #uncount({ viewer }: Connection): void {
    if (viewer === null) this.#unknown -= 1;
    else this.#socketsOf.add(viewer.owner, -1);
  }

  /** Ends the operations of a client that does not react, and closes its socket; it may still read the reason. */
  #giveUp(connection: Connection, close: Close, waitMs: number): void {
    this.#leave(connection, close.code, close.reason);
    connection.closeWith(close, waitMs);
  }

  #leave(connection: Connection, code: number, reason: string): void {
    connection[Symbol.dispose]();
    connection
      .leave(code, reason)
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'a closed socket could not be cleaned up'),
      );
  }
}
