import type { IncomingMessage } from 'node:http';

/**
 * Reads a whole body; null when it is larger than allowed, and the rest of it is then not read.
 * By events: an async iterator costs a third of a small request here.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    // Nearly all come in one piece.
    let first: Buffer | null = null;
    let others: Buffer[] | null = null;
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.pause();
        resolve(null);
      } else if (first === null) {
        first = chunk;
      } else {
        others ??= [first];
        others.push(chunk);
      }
    });
    request.on('end', () => resolve(others === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(others)));
    // A client that goes away before the end is an error to Node too.
    request.on('error', reject);
  });
}
