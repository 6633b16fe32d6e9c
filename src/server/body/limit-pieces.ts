import type { IncomingMessage, ServerResponse } from 'node:http';

/** So many pieces are read whatever their size. */
const freePieces = 1024;
/** Packets have some 1400 bytes, chunks of clients some thousands. */
const leastBytesPerPiece = 256;

/**
 * Cuts a request whose body arrives in tiny pieces. Each piece costs some microseconds and a hundred bytes wherever it
 * is handed on, also where the body is thrown away: chunks of one byte held the event loop for seconds.
 */
export function limitPieces(request: IncomingMessage, response: ServerResponse): void {
  const { headers, method } = request;
  const isChunked = headers['transfer-encoding'] !== undefined;
  if (!isChunked && !(Number(headers['content-length']) > freePieces)) return;
  // Nothing reads such a body, and Node would go through all of it to reach the next request.
  if (method !== 'POST') response.shouldKeepAlive = false;
  const push = request.push.bind(request);
  let pieces = 0;
  let bytes = 0;
  request.push = (piece: Uint8Array | null) => {
    if (piece === null) return push(piece);
    pieces += 1;
    bytes += piece.byteLength;
    if (pieces <= freePieces || bytes >= pieces * leastBytesPerPiece) return push(piece);
    request.socket.destroy();
    return false;
  };
}
