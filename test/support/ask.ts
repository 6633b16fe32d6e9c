import { request } from 'undici';
import { RawSocket } from './raw-socket.ts';

/** A request as a test writes it. */
export interface Asked {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'OPTIONS';
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** undici's own request, since fetch does not let anyone choose Host, Origin or Sec-Fetch-Site. */
export async function ask(url: string, { method = 'GET', path = '/graphql', headers = {}, body }: Asked) {
  const answer = await request(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  const text = answer.headers['content-type']?.toString().includes('event-stream')
    ? ''
    : await answer.body.text();
  answer.body.on('error', () => {}).destroy();
  return { status: answer.statusCode, headers: answer.headers, text };
}

/** A query that every server answers. */
export const viewerQuery: Asked = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ viewer { owner } }"}',
};

/** The answer to a request for a WebSocket with these headers: `open`, or the reason against it. */
export async function askForSocket(url: string, headers: Record<string, string>): Promise<string> {
  try {
    await using raw = await RawSocket.open(url, { headers });
    return raw.socket.readyState === raw.socket.OPEN ? 'open' : 'closed';
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  }
}
