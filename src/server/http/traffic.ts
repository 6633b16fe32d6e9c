import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Owner } from '../../domain/video-task.ts';

/** Bounds on what connections keep in memory. */
export interface TrafficLimits {
  /** Bytes that one owner's connections may keep waiting, in both directions. */
  readonly bytesPerOwner: number;
  /** The same of all connections. */
  readonly bytes: number;
  /** A reader of an HTTP answer that takes nothing for this long is cut. */
  readonly stallMs: number;
  /** How long a request body may take beside its size. */
  readonly slowBodyMs: number;
}

/** A body that is being read. */
export interface IncomingBody {
  /** Bytes received so far. */
  receivedBytes: number;
  /** How many of them are in memory. */
  bufferedBytes: number;
  /** Called once when it arrives too slowly. */
  readonly onSlow: () => void;
}

/** One connection, as far as its bytes go. */
export interface ConnectionTraffic {
  /** Null until it is known. */
  owner: Owner | null;
  /** The body that is being read; null for most of the time. */
  body: IncomingBody | null;
  /** Set while a video is sent: players pause for minutes, and little of a file is in memory. */
  isPatient: boolean;
  /** Set for a WebSocket, which has a stall clock of its own. */
  webSocket: WebSocketTraffic | null;
}

/** What a WebSocket adds to its connection. */
export interface WebSocketTraffic {
  /** Bytes of messages that are not whole yet, or that wait for their turn. */
  incomingBytes(): number;
  /** Closes it, because too much waits. */
  cut(): void;
}

/** Between two looks: at 100 MB/s, which is what answers are made at, a bound is passed by 50 MB. */
const lookMs = 500;
/** Slower than this, a body is not on its way: 20 MB would take 40 minutes. */
const leastBytesPerSecond = 8192;

interface Watched extends ConnectionTraffic {
  readonly socket: Socket;
  /** Responses that wait for an earlier one of the connection (pipelining); null for most connections. */
  queued: Set<ServerResponse> | null;
  bodyWaitedMs: number;
  lastBody: IncomingBody | null;
}

/**
 * Keeps what waits in memory for other sides within bounds: answers that are not read, and requests that do not
 * arrive whole. Looks at all connections twice a second, so that a request costs nothing more.
 *
 * Over a bound, the connections that keep the most are cut: WebSockets with 1013, others without a word.
 */
export class Traffic implements Disposable {
  readonly #limits: TrafficLimits;
  readonly #log: Logger;
  readonly #connections = new Map<Socket, Watched>();
  readonly #timer: NodeJS.Timeout;
  #lastLook = performance.now();

  constructor(limits: TrafficLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  /** Watches a connection until it is closed. */
  add(socket: Socket): void {
    this.#connections.set(socket, {
      socket,
      owner: null,
      body: null,
      isPatient: false,
      webSocket: null,
      queued: null,
      bodyWaitedMs: 0,
      lastBody: null,
    });
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** The record of a connection; undefined once it is closed. */
  of(socket: object): ConnectionTraffic | undefined {
    return this.#connections.get(socket as Socket);
  }

  /** Counts a response that waits for an earlier one of its connection: what is written to it is not in the socket yet. */
  addQueued(socket: Socket, response: ServerResponse): void {
    const watched = this.#connections.get(socket);
    if (watched === undefined) return;
    const queued = (watched.queued ??= new Set());
    queued.add(response);
    const leave = () => void queued.delete(response);
    response.once('socket', leave).once('close', leave);
  }

  /** Stops looking. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    // After a standstill of ours, bytes that arrived meanwhile were not read yet: that is nobody's slowness.
    const passedMs = Math.min(now - this.#lastLook, 2 * lookMs);
    this.#lastLook = now;
    const busy: { watched: Watched; bytes: number }[] = [];
    let total = 0;
    const byOwner = new Map<Owner | null, number>();
    for (const watched of this.#connections.values()) {
      const { socket, body, webSocket } = watched;
      let unread = socket.writableLength;
      for (const response of watched.queued ?? []) unread += response.writableLength;
      if (webSocket === null) {
        this.#clockReader(watched, unread);
        this.#clockBody(watched, passedMs);
      }
      const bytes = unread + (webSocket?.incomingBytes() ?? body?.bufferedBytes ?? 0);
      if (bytes === 0) continue;
      total += bytes;
      byOwner.set(watched.owner, (byOwner.get(watched.owner) ?? 0) + bytes);
      busy.push({ watched, bytes });
    }
    const over = (owner: Owner | null) => (byOwner.get(owner) ?? 0) > this.#limits.bytesPerOwner;
    if (total <= this.#limits.bytes && ![...byOwner.keys()].some(over)) return;
    busy.sort((a, b) => b.bytes - a.bytes);
    for (const { watched, bytes } of busy) {
      const { owner } = watched;
      if (total <= this.#limits.bytes && !over(owner)) continue;
      total -= bytes;
      byOwner.set(owner, (byOwner.get(owner) ?? 0) - bytes);
      this.#log.warn({ owner, bytes }, 'a connection was cut: too much waits in memory');
      if (watched.webSocket === null) watched.socket.destroy();
      else watched.webSocket.cut();
    }
  }

  /** Node's own timeout starts again with each byte that is taken, and cuts who takes none. */
  #clockReader({ socket, isPatient }: Watched, unread: number): void {
    const { stallMs } = this.#limits;
    const isClocked = socket.timeout === stallMs;
    if (unread > 0 && !isPatient && !isClocked) socket.setTimeout(stallMs);
    else if (isClocked && (unread === 0 || isPatient)) socket.setTimeout(0);
  }

  #clockBody(watched: Watched, passedMs: number): void {
    const { body } = watched;
    if (body === null) return;
    if (watched.lastBody !== body) {
      watched.lastBody = body;
      watched.bodyWaitedMs = 0;
    }
    watched.bodyWaitedMs += passedMs;
    const allowedMs = this.#limits.slowBodyMs + (body.receivedBytes / leastBytesPerSecond) * 1000;
    if (watched.bodyWaitedMs <= allowedMs) return;
    watched.body = null;
    body.onSlow();
  }
}
