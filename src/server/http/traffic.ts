import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Owner } from '../../domain/video-task.ts';
import { Pipeline, type PipelinedRequests } from '../connections/pipeline.ts';
import type { UnreadBytes } from '../../graphql/response-room.ts';
import type { CutConnections, CutReason } from '../connections/cut-connections.ts';
import { tooMuchWaits, tooSlow, type RequestRefusal } from './refusal.ts';
import { refusePipelined } from './last-response.ts';
import { behindBytes } from './reader.ts';
import {
  headerBytesOf,
  usualHeaderBytes,
  WatchedConnection,
  type ConnectionTraffic,
} from './watched-connection.ts';

/** Limits of the memory of connections. */
export interface TrafficLimits {
  /** The waiting bytes of one owner's connections, in both directions. */
  readonly bytesPerOwner: number;
  /** The waiting bytes of all connections. */
  readonly bytes: number;
  /** The connection of an HTTP client that reads nothing for this long is cut, or sends nothing of a body. */
  readonly stallMs: number;
  /** The time for the headers of a request, and for its body in addition to the time for its size. */
  readonly slowBodyMs: number;
}

/** The waiting bytes of a WebSocket, which has its own limit for stalled readers. */
export interface WebSocketTraffic {
  /** Null until it is known. */
  readonly owner: Owner | null;
  /** True once it is being closed: what waits for it is gone in a moment. */
  readonly isEnding: boolean;
  /** The bytes that the client has not read. */
  outgoingBytes(): number;
  /** The bytes of messages that are incomplete or waiting. */
  incomingBytes(): number;
  /** Closes the WebSocket because too much waits. */
  cut(): void;
}

/** The interval of checks: at 100 MB/s, the speed of responses, a limit is exceeded by at most 50 MB. */
const checkIntervalMs = 500;
/** The lowest accepted speed of a body: at this, 20 MB take 40 minutes. */
const leastBytesPerSecond = 8192;
/** The memory of a request that waits for an earlier one of its connection, measured with the shortest. */
const pipelinedBytes = 8192;
/** A connection for which bytes wait. */
interface Busy {
  readonly transport: 'http' | 'ws';
  readonly owner: Owner | null;
  readonly bytes: number;
  /** @param isOwners true if the owner has too much, false if all together have */
  readonly cut: (isOwners: boolean) => void;
}

/**
 * Keeps what waits in memory for other sides within bounds: answers that are not read, and requests that do not
 * arrive whole. Looks at all connections twice a second, so that a request costs nothing more.
 *
 * Over a bound, the connections that keep the most are closed: WebSockets with 1013, others with a response where one can
 * still be written. That is the last resort: large responses wait for room before they are made (`ResponseRoom`).
 */
export class Traffic implements Disposable {
  readonly #limits: TrafficLimits;
  readonly #cuts: CutConnections;
  readonly #connections = new Map<Socket, WatchedConnection>();
  readonly #pipelined: PipelinedRequests = { waiting: 0 };
  #webSockets: () => Iterable<WebSocketTraffic> = () => [];
  /** One for all connections: there may be 20,000. */
  readonly #onClose: (this: Socket) => void;
  readonly #timer: NodeJS.Timeout;
  #lastCheck = performance.now();

  constructor(limits: TrafficLimits, cuts: CutConnections) {
    this.#limits = limits;
    this.#cuts = cuts;
    const connections = this.#connections;
    this.#onClose = function forget() {
      connections.delete(this);
    };
    this.#timer = setInterval(() => this.#check(), checkIntervalMs);
  }

  /**
   * Watches a connection until it is closed.
   *
   * @param silentMs the time for the first byte: the socket reports a timeout after it
   */
  add(socket: Socket, silentMs: number): void {
    this.#connections.set(socket, new WatchedConnection(socket));
    socket.setTimeout(silentMs);
    socket.on('close', this.#onClose);
  }

  /** The record of a connection; undefined once it is closed. */
  of(socket: object): ConnectionTraffic | undefined {
    return this.#connections.get(socket as Socket);
  }

  /** Releases a connection that became a WebSocket: those count as the transport lists them. */
  release(socket: Socket): void {
    this.#connections.delete(socket);
    socket.off('close', this.#onClose);
  }

  /** Counts WebSockets too, without a record of each: there may be 20,000. `list` returns those that are open. */
  countWebSockets(list: () => Iterable<WebSocketTraffic>): void {
    this.#webSockets = list;
  }

  /** Notes that the headers of a request are complete. */
  begin(socket: Socket, response: ServerResponse): void {
    this.#connections.get(socket)?.begin(response);
  }

  /**
   * Adds a request whose response waits for an earlier one of its connection: what is written to it is not in the socket
   * yet.
   *
   * @param start begins to work on the request; called at most once, now or later
   */
  addPipelined(socket: Socket, response: ServerResponse, start: () => void): void {
    const watched = this.#connections.get(socket);
    if (watched === undefined) return;
    const queued = (watched.queued ??= new Map());
    queued.set(response, pipelinedBytes + headerBytesOf(response.req));
    const leave = () => void queued.delete(response);
    response.once('socket', leave).once('close', leave);
    watched.pipeline ??= new Pipeline(socket, this.#pipelined, (refused) =>
      refusePipelined(socket, refused, this.#limits.stallMs),
    );
    watched.pipeline.add(response, start);
  }

  /** Refuses what a client sends, and ends its connection. */
  refuse(socket: Socket, refusal: RequestRefusal): void {
    const watched = this.#connections.get(socket);
    if (watched === undefined) socket.destroy();
    else watched.refuse(refusal);
  }

  /** Stops the checks. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** What waits in memory for all connections now. */
  measure(): UnreadBytes {
    let total = 0;
    const byOwner = new Map<Owner, number>();
    const add = (owner: Owner | null, bytes: number) => {
      total += bytes;
      if (owner !== null && bytes > 0) byOwner.set(owner, (byOwner.get(owner) ?? 0) + bytes);
    };
    for (const watched of this.#connections.values()) {
      if (!watched.isEnding) add(watched.owner, watched.unreadBytes + watched.bufferedBytes);
    }
    for (const webSocket of this.#webSockets()) {
      if (!webSocket.isEnding) add(webSocket.owner, webSocket.outgoingBytes() + webSocket.incomingBytes());
    }
    return { total, of: (owner) => byOwner.get(owner) ?? 0 };
  }

  /** A client has read nothing for the time of a stalled reader, or been silent: its connection is closed now. */
  noteTimeout(socket: Socket): void {
    const watched = this.#connections.get(socket);
    if (watched !== undefined && socket.writableLength > 0) this.#record(watched, 'stalled');
  }

  #record(watched: WatchedConnection, reason: CutReason, bytes = watched.unreadBytes): void {
    this.#cuts.record({ transport: 'http', reason, owner: watched.owner, bytes });
  }

  #check(): void {
    const now = performance.now();
    // If the process was blocked, bytes that arrived in that time are not read yet: the clients were not slow.
    const passedMs = Math.min(now - this.#lastCheck, 2 * checkIntervalMs);
    this.#lastCheck = now;
    const busy: Busy[] = [];
    for (const watched of this.#connections.values()) {
      const { owner } = watched;
      if (watched.isEnding) continue;
      const unread = watched.unreadBytes;
      this.#clockReader(watched, unread);
      this.#clockQueued(watched, passedMs);
      this.#clockBody(watched, passedMs);
      const bytes = unread + this.#clockHeaders(watched, passedMs) + watched.bufferedBytes;
      const cut = (isOwners: boolean) => watched.refuse(tooMuchWaits(isOwners));
      if (bytes > 0 && !watched.isEnding) busy.push({ transport: 'http', owner, bytes, cut });
    }
    for (const webSocket of this.#webSockets()) {
      if (webSocket.isEnding) continue;
      const bytes = webSocket.outgoingBytes() + webSocket.incomingBytes();
      // Nothing waits for most, and there may be 20,000.
      if (bytes === 0) continue;
      busy.push({ transport: 'ws', owner: webSocket.owner, bytes, cut: () => webSocket.cut() });
    }
    this.#cutOver(busy);
  }

  #cutOver(busy: Busy[]): void {
    let total = 0;
    const byOwner = new Map<Owner | null, number>();
    for (const { owner, bytes } of busy) {
      total += bytes;
      byOwner.set(owner, (byOwner.get(owner) ?? 0) + bytes);
    }
    const over = (owner: Owner | null) => (byOwner.get(owner) ?? 0) > this.#limits.bytesPerOwner;
    if (total <= this.#limits.bytes && ![...byOwner.keys()].some(over)) return;
    busy.sort((a, b) => b.bytes - a.bytes);
    for (const { transport, owner, bytes, cut } of busy) {
      const isOwners = over(owner);
      if (total <= this.#limits.bytes && !isOwners) continue;
      total -= bytes;
      byOwner.set(owner, (byOwner.get(owner) ?? 0) - bytes);
      this.#cuts.record({ transport, reason: 'bytes', owner, bytes });
      cut(isOwners);
    }
  }

  /** Uses Node's own timeout, which starts again with each byte that is read. */
  #clockReader({ socket, isPatient }: WatchedConnection, unread: number): void {
    const { stallMs } = this.#limits;
    const isClocked = socket.timeout === stallMs;
    if (unread > 0 && !isPatient && !isClocked) socket.setTimeout(stallMs);
    else if (isClocked && (unread === 0 || isPatient)) socket.setTimeout(0);
  }

  /**
   * Cuts a connection whose responses wait behind one that does not end, such as a stream, whose writes are signs of life.
   * Twice the time of a stalled reader, since a response may take as long as that.
   */
  #clockQueued(watched: WatchedConnection, passedMs: number): void {
    watched.queuedMs = watched.queuedBytes > behindBytes ? watched.queuedMs + passedMs : 0;
    if (watched.queuedMs <= 2 * this.#limits.stallMs) return;
    this.#record(watched, 'stalled');
    watched.socket.destroy();
  }

  /**
   * Cuts a client that does not complete its headers. Returns the bytes of those that are not complete: behind a
   * response that goes on, such as a stream, all that is more than headers usually have.
   */
  #clockHeaders(watched: WatchedConnection, passedMs: number): number {
    const { response } = watched;
    if (response !== null) {
      if (!response.writableFinished && !response.destroyed) {
        const bytes = watched.headerBytes;
        if (bytes <= usualHeaderBytes) return 0;
        this.#clockHalfRequest(watched, watched.hasHalfRequest, passedMs);
        return bytes;
      }
      watched.end();
    }
    const bytes = watched.headerBytes;
    // Some clients send a line break after a body.
    this.#clockHalfRequest(watched, bytes > 2, passedMs);
    return bytes;
  }

  #clockHalfRequest(watched: WatchedConnection, isHalf: boolean, passedMs: number): void {
    watched.headersWaitedMs = isHalf ? watched.headersWaitedMs + passedMs : 0;
    if (watched.headersWaitedMs <= this.#limits.slowBodyMs) return;
    this.#record(watched, 'slow', watched.headerBytes);
    watched.refuse(tooSlow('headers'));
  }

  #clockBody(watched: WatchedConnection, passedMs: number): void {
    const { body } = watched;
    if (body === null) return;
    if (watched.lastBody !== body) {
      watched.lastBody = body;
      watched.bodyWaitedMs = watched.bodySilentMs = 0;
    }
    watched.bodyWaitedMs += passedMs;
    const isSilent = body.receivedBytes === watched.bodyBytesSeen && !body.isPaused();
    watched.bodySilentMs = isSilent ? watched.bodySilentMs + passedMs : 0;
    watched.bodyBytesSeen = body.receivedBytes;
    const { slowBodyMs, stallMs } = this.#limits;
    const allowedMs = slowBodyMs + (body.receivedBytes / leastBytesPerSecond) * 1000;
    if (watched.bodyWaitedMs <= allowedMs && watched.bodySilentMs <= stallMs) return;
    this.#record(watched, 'slow', body.receivedBytes);
    watched.body = null;
    body.refuse(tooSlow('body'));
  }
}
