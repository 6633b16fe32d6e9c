import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** An answer to a request that the simulator made. */
export interface Answered {
  readonly status: number;
  readonly type: string | undefined;
  readonly bytes: Uint8Array;
}

/**
 * One request on a connection of its own, which is gone when the promise settles: a shared agent would keep sockets
 * without an owner. Redirects are not followed. Rejects for a failed connection, an abort and too large an answer.
 */
export async function exchange(
  url: string,
  options: {
    readonly method: 'GET' | 'POST';
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly maxBytes: number;
    readonly signal: AbortSignal;
  },
): Promise<Answered> {
  const { method, headers, body, maxBytes, signal } = options;
  const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, { method, headers, agent: false, signal }, resolve).on('error', reject).end(body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the connection.
    if (size > maxBytes) throw new Error(`More than ${maxBytes} bytes from ${url}`);
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode ?? 0,
    type: answer.headers['content-type'],
    bytes: Buffer.concat(chunks),
  };
}
