import type { IncomingMessage } from 'node:http';
import { GatheredBytes } from './gathered-bytes.ts';
import { tooLarge, type RequestRefusal } from '../http/refusal.ts';
import type { ConnectionTraffic, IncomingBody } from '../http/watched-connection.ts';

/** Everything that comes is read at once. */
const neverPaused = () => false;

/**
 * Reads a whole body, at most `maxBytes` of it; what is over is not read. Rejects when the client goes away before
 * the end. By events: an async iterator costs a third of a small request here.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  traffic: ConnectionTraffic | undefined,
): Promise<Buffer | RequestRefusal> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve(bodyTooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    // Nearly all come in one piece.
    let first: Buffer | null = null;
    let gathered: GatheredBytes | null = null;
    const finish = (result: Buffer | RequestRefusal) => {
      if (traffic !== undefined) traffic.body = null;
      resolve(result);
    };
    const refuse = (refusal: RequestRefusal) => {
      request.off('data', take).pause();
      first = gathered = null;
      finish(refusal);
    };
    const body: IncomingBody = { receivedBytes: 0, bufferedBytes: 0, isPaused: neverPaused, refuse };
    if (traffic !== undefined) traffic.body = body;
    function take(chunk: Buffer): void {
      body.receivedBytes += chunk.length;
      body.bufferedBytes = body.receivedBytes;
      if (body.receivedBytes > maxBytes) refuse(bodyTooLarge(maxBytes));
      else if (first === null) first = chunk;
      else {
        if (gathered === null) {
          gathered = new GatheredBytes();
          gathered.add(first);
        }
        gathered.add(chunk);
      }
    }
    request.on('data', take);
    request.on('end', () => finish(gathered?.take() ?? first ?? Buffer.alloc(0)));
    // A client that goes away before the end is an error to Node too.
    request.on('error', reject);
  });
}

/** 413 of a body as a whole. */
export const bodyTooLarge = (maxBytes: number): RequestRefusal =>
  tooLarge(`A request must have at most ${maxBytes} bytes.`);

/** Parts are handed on in blocks of at least so many bytes, the last apart. */
const partBytes = 65_536;

/**
 * Hands the parts of a body on as they come, at most `maxBytes` of it. Null when that was all; else why the rest is not
 * read. Rejects when the client goes away before the end.
 *
 * @param onPart returns how many bytes are held by now
 */
export function readParts(
  request: IncomingMessage,
  maxBytes: number,
  traffic: ConnectionTraffic | undefined,
  onPart: (part: Buffer) => number,
): Promise<RequestRefusal | null> {
  return new Promise((resolve, reject) => {
    const gathered = new GatheredBytes();
    const finish = (result: RequestRefusal | null) => {
      if (traffic !== undefined) traffic.body = null;
      onPart(gathered.take());
      resolve(result);
    };
    const refuse = (refusal: RequestRefusal) => {
      request.off('data', take).pause();
      finish(refusal);
    };
    const body: IncomingBody = { receivedBytes: 0, bufferedBytes: 0, isPaused: neverPaused, refuse };
    if (traffic !== undefined) traffic.body = body;
    function take(part: Buffer): void {
      body.receivedBytes += part.length;
      if (body.receivedBytes > maxBytes) refuse(bodyTooLarge(maxBytes));
      else {
        gathered.add(part);
        body.bufferedBytes += part.length;
        if (gathered.length >= partBytes) body.bufferedBytes = onPart(gathered.take());
      }
    }
    request.on('data', take);
    request.on('end', () => finish(null));
    // A client that goes away before the end is an error to Node too.
    request.on('error', reject);
  });
}
