import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Owner } from '../../domain/video-task.ts';
import { Pipeline } from '../connections/pipeline.ts';

/** Limits of the memory of connections. */
export interface TrafficLimits {
  /** The waiting bytes of one owner's connections, in both directions. */
  readonly bytesPerOwner: number;
  /** The waiting bytes of all connections. */
  readonly bytes: number;
  /** The connection of an HTTP client that reads nothing for this long is cut. */
  readonly stallMs: number;
  /** The time for the headers of a request, and for its body in addition to the time for its size. */
  readonly slowBodyMs: number;
}

/** A body that is being read. */
export interface IncomingBody {
  /** The bytes received so far. */
  receivedBytes: number;
  /** The part of them that is in memory. */
  bufferedBytes: number;
  /** Called once if the body arrives too slowly. */
  readonly onSlow: () => void;
}

/** The waiting bytes of one connection. */
export interface ConnectionTraffic {
  /** Null until it is known. */
  owner: Owner | null;
  /** The body that is being read; null for most of the time. */
  body: IncomingBody | null;
  /** True while a file is sent: players stop reading for minutes, and little of a file is in memory. */
  isPatient: boolean;
}

/** The waiting bytes of a WebSocket, which has its own limit for stalled readers. */
export interface WebSocketTraffic {
  /** Null until it is known. */
  readonly owner: Owner | null;
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
/** Requests with shorter headers do not count while they are answered: there may be 20,000 streams. */
const usualHeaderBytes = 8192;

/** What is noted of one connection. */
class Watched implements ConnectionTraffic {
  readonly socket: Socket;
  owner: Owner | null = null;
  isPatient = false;
  /**
   * Responses that wait for an earlier one of the connection (pipelining), with the bytes of their requests; null for
   * most connections.
   */
  queued: Map<ServerResponse, number> | null = null;
  pipeline: Pipeline | null = null;
  /** The last response that was begun; null once it is seen to be finished. */
  response: ServerResponse | null = null;
  headersWaitedMs = 0;
  bodyWaitedMs = 0;
  lastBody: IncomingBody | null = null;
  /** The bytes that belong to requests which are over, and to bodies. */
  #bytesBefore = 0;
  /** The bytes that were read by the time when the last headers were complete: more than those, if they came with more. */
  #bytesAtHeaders = 0;
  #body: IncomingBody | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get body(): IncomingBody | null {
    return this.#body;
  }

  set body(body: IncomingBody | null) {
    if (body === null) this.#bytesBefore += this.#body?.receivedBytes ?? 0;
    this.#body = body;
  }

  /** The headers of a request are complete. */
  begin(response: ServerResponse): void {
    this.response = response;
    // The first request ends the time for the first byte; after it, Node sets its own between requests.
    if (this.#bytesAtHeaders === 0) this.socket.setTimeout(0);
    const { bytesRead } = this.socket;
    // Requests that came in one piece count together.
    if (bytesRead === this.#bytesAtHeaders) return;
    this.#bytesBefore = Math.max(this.#bytesBefore, this.#bytesAtHeaders);
    this.#bytesAtHeaders = bytesRead;
  }

  /** What was read belongs to requests that are over. */
  end(): void {
    this.response = null;
    this.#bytesBefore = this.#bytesAtHeaders = this.socket.bytesRead;
  }

  /** The bytes of headers: those that are not complete, and with a response that is not finished those of its request. */
  get headerBytes(): number {
    return Math.max(0, this.socket.bytesRead - this.#bytesBefore - (this.#body?.receivedBytes ?? 0));
  }
}

/** A connection for which bytes wait. */
interface Busy {
  readonly owner: Owner | null;
  readonly bytes: number;
  readonly cut: () => void;
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
  #webSockets: () => Iterable<WebSocketTraffic> = () => [];
  /** One for all connections: there may be 20,000. */
  readonly #onClose: (this: Socket) => void;
  readonly #timer: NodeJS.Timeout;
  #lastCheck = performance.now();

  constructor(limits: TrafficLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
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
    this.#connections.set(socket, new Watched(socket));
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
    watched.pipeline ??= new Pipeline(socket);
    watched.pipeline.add(response, start);
  }

  /** Stops the checks. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const now = performance.now();
    // If the process was blocked, bytes that arrived in that time are not read yet: the clients were not slow.
    const passedMs = Math.min(now - this.#lastCheck, 2 * checkIntervalMs);
    this.#lastCheck = now;
    const busy: Busy[] = [];
    for (const watched of this.#connections.values()) {
      const { socket, owner, body } = watched;
      let unread = socket.writableLength;
      let pipelined = 0;
      for (const [response, requestBytes] of watched.queued ?? []) {
        unread += response.writableLength;
        pipelined += requestBytes;
      }
      this.#clockReader(watched, unread);
      this.#clockBody(watched, passedMs);
      const headerBytes = this.#clockHeaders(watched, passedMs);
      const bytes = unread + pipelined + headerBytes + (body?.bufferedBytes ?? 0);
      if (bytes > 0) busy.push({ owner, bytes, cut: () => void socket.destroy() });
    }
    for (const webSocket of this.#webSockets()) {
      const bytes = webSocket.outgoingBytes() + webSocket.incomingBytes();
      if (bytes > 0) busy.push({ owner: webSocket.owner, bytes, cut: () => webSocket.cut() });
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
    for (const { owner, bytes, cut } of busy) {
      if (total <= this.#limits.bytes && !over(owner)) continue;
      total -= bytes;
      byOwner.set(owner, (byOwner.get(owner) ?? 0) - bytes);
      this.#log.warn({ owner, bytes }, 'a connection was cut: too much waits in memory');
      cut();
    }
  }

  /** Uses Node's own timeout, which starts again with each byte that is read. */
  #clockReader({ socket, isPatient }: Watched, unread: number): void {
    const { stallMs } = this.#limits;
    const isClocked = socket.timeout === stallMs;
    if (unread > 0 && !isPatient && !isClocked) socket.setTimeout(stallMs);
    else if (isClocked && (unread === 0 || isPatient)) socket.setTimeout(0);
  }

  /**
   * Cuts a client that does not complete its headers. Returns the bytes of those that are not complete: behind a
   * response that goes on, such as a stream, all that is more than headers usually have.
   */
  #clockHeaders(watched: Watched, passedMs: number): number {
    const { socket, response } = watched;
    if (response !== null) {
      if (!response.writableFinished && !response.destroyed) {
        const bytes = watched.headerBytes;
        return bytes <= usualHeaderBytes ? 0 : bytes;
      }
      watched.end();
    }
    const bytes = watched.headerBytes;
    // Some clients send a line break after a body.
    watched.headersWaitedMs = bytes <= 2 ? 0 : watched.headersWaitedMs + passedMs;
    if (watched.headersWaitedMs > this.#limits.slowBodyMs && socket.writable) {
      socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n', () => socket.destroy());
    }
    return bytes;
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

const headerBytesOf = ({ url = '', rawHeaders }: IncomingMessage): number =>
  rawHeaders.reduce((sum, text) => sum + text.length, url.length);
