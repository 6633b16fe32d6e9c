import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Owner } from '../../domain/video-task.ts';
import { endWith } from './last-response.ts';
import type { Pipeline } from '../connections/pipeline.ts';
import type { RequestRefusal } from './refusal.ts';

/** A body that is being read. */
export interface IncomingBody {
  /** The bytes received so far. */
  receivedBytes: number;
  /** The part of them that is in memory. */
  bufferedBytes: number;
  /** True while this side does not read: what it was given is not processed yet. */
  readonly isPaused: () => boolean;
  /** Ends the reading, and answers the request with the refusal; called at most once. */
  readonly refuse: (refusal: RequestRefusal) => void;
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

/** Requests with shorter headers do not count while they are answered: there may be 20,000 streams. */
export const usualHeaderBytes = 8192;

/** What is noted of one connection. */
export class WatchedConnection implements ConnectionTraffic {
  readonly socket: Socket;
  owner: Owner | null = null;
  isPatient = false;
  /** True once it was refused: it is closed in a moment. */
  isEnding = false;
  /**
   * Responses that wait for an earlier one of the connection (pipelining), with the bytes of their requests; null for
   * most connections.
   */
  queued: Map<ServerResponse, number> | null = null;
  pipeline: Pipeline | null = null;
  /** The last response that was begun; null once it is seen to be finished. */
  response: ServerResponse | null = null;
  /** For how long much has waited behind an earlier response. */
  queuedMs = 0;
  headersWaitedMs = 0;
  bodyWaitedMs = 0;
  /** For how long nothing of the body has come, and what had come by then. */
  bodySilentMs = 0;
  bodyBytesSeen = 0;
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

  /** The bytes of responses that wait for an earlier one of the connection. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const response of this.queued?.keys() ?? []) bytes += response.writableLength;
    return bytes;
  }

  /** The bytes of all responses that the client has not read. */
  get unreadBytes(): number {
    return this.socket.writableLength + this.queuedBytes;
  }

  /** The bytes of requests that are in memory: bodies that are being read, and requests that wait. */
  get bufferedBytes(): number {
    let bytes = this.#body?.bufferedBytes ?? 0;
    for (const requestBytes of this.queued?.values() ?? []) bytes += requestBytes;
    return bytes;
  }

  /** The bytes of headers: those that are not complete, and with a response that is not finished those of its request. */
  get headerBytes(): number {
    return Math.max(0, this.socket.bytesRead - this.#bytesBefore - (this.#body?.receivedBytes ?? 0));
  }

  /**
   * True if the client has sent much more than the requests that are complete: headers of another one, behind a response
   * that goes on. Bodies that nobody reads yet, such as that of an upload without a slot, are not meant.
   */
  get hasHalfRequest(): boolean {
    if (this.response === null || this.body !== null) return false;
    const { req } = this.response;
    if (!req.complete) return false;
    let expected = 2 * headerBytesOf(req) + usualHeaderBytes + req.readableLength;
    for (const [{ req: waiting }, bytes] of this.queued ?? []) expected += bytes + waiting.readableLength;
    return this.headerBytes > expected;
  }

  /** Refuses what the client sends and ends the connection: with the reason, if a response can still be written. */
  refuse(refusal: RequestRefusal): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const { socket, body, response } = this;
    const isFirst = socket.writable && socket.writableLength === 0 && (this.queued?.size ?? 0) === 0;
    if (!isFirst || (response?.headersSent === true && !response.writableFinished)) socket.destroy();
    else if (body !== null) {
      this.body = null;
      body.refuse(refusal);
    } else endWith(socket, refusal);
  }
}

/** About the bytes of the headers of a request, as they were sent. */
export const headerBytesOf = ({ url = '', rawHeaders }: IncomingMessage): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + 2, url.length);
