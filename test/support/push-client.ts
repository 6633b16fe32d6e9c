import { request, type IncomingMessage } from 'node:http';
import { RawSocket } from './raw-socket.ts';
import { waitFor } from './wait-for.ts';

/** What a transport delivered for one subscription: results in order, and whether it ended. */
export interface PushClient extends AsyncDisposable {
  readonly results: Result[];
  readonly ended: () => boolean;
  /** Waits until so many results came. */
  take(count: number): Promise<Result[]>;
  end(): Promise<void>;
  /** Stops reading from the wire, and goes on. */
  pause(): void;
  resume(): void;
}

/** A result as clients see it. */
export interface Result {
  readonly data?: { readonly taskStatusChanged: Record<string, unknown> } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** Opens one subscription. */
export type Subscribe = (
  url: string,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<PushClient>;

const taking = (results: Result[]) => async (count: number) => {
  await waitFor(
    `${count} results`,
    () => results,
    ({ length }) => length >= count,
  );
  return results.slice(0, count);
};

/** Over graphql-transport-ws. */
export const overWebSocket: Subscribe = async (url, query, variables) => {
  const raw = await RawSocket.connect(url);
  const results: Result[] = [];
  let ended = false;
  raw.socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { type: string; payload: unknown };
    if (message.type === 'next') results.push(message.payload as Result);
    if (message.type === 'error') results.push({ errors: message.payload as NonNullable<Result['errors']> });
    if (message.type === 'error' || message.type === 'complete') ended = true;
  });
  raw.subscribe('1', query, variables);
  return {
    results,
    ended: () => ended,
    take: taking(results),
    end: async () => void (await waitFor('the end', () => ended)),
    pause: () => raw.socket.pause(),
    resume: () => raw.socket.resume(),
    [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose](),
  };
};

/** Over server-sent events. */
export const overEventStream: Subscribe = async (url, query, variables) => {
  const body = JSON.stringify({ query, variables });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  const results: Result[] = [];
  let ended = false;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (event.startsWith('event: next') && data !== undefined) results.push(JSON.parse(data) as Result);
      if (event.startsWith('event: complete')) ended = true;
    }
  });
  response.on('error', () => {});
  return {
    results,
    ended: () => ended,
    take: taking(results),
    end: async () => void (await waitFor('the end', () => ended)),
    pause: () => response.pause(),
    resume: () => response.resume(),
    [Symbol.asyncDispose]: async () => {
      response.destroy();
      await Promise.resolve();
    },
  };
};
