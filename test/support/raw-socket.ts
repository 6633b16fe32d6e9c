import { once } from 'node:events';
import { WebSocket } from 'ws';
import { waitFor } from './wait-for.ts';

/** A message of graphql-transport-ws, as it came. */
export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A bare socket that speaks the protocol only as far as the test makes it. */
export class RawSocket implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(url: string, headers: Record<string, string>, protocol: string | string[]) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, { headers });
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as Message));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(
    url: string,
    {
      headers = {},
      protocol = 'graphql-transport-ws',
    }: { headers?: Record<string, string>; protocol?: string | string[] } = {},
  ): Promise<RawSocket> {
    const raw = new RawSocket(url, headers, protocol);
    await once(raw.socket, 'open');
    return raw;
  }

  /** Open and acknowledged. */
  static async connect(url: string, payload?: unknown): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.send({ type: 'connection_init', payload });
    await raw.next((message) => message.type === 'connection_ack');
    return raw;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: Record<string, unknown>): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** The first message, past or to come, that matches; fails when the socket is closed without one. */
  async next(matches: (message: Message) => boolean): Promise<Message> {
    const isClosed = () => this.socket.readyState === WebSocket.CLOSED;
    await waitFor(
      'a message',
      () => this.messages,
      (messages) => messages.some(matches) || isClosed(),
    );
    const found = this.messages.find(matches);
    if (found === undefined) throw new Error('The socket was closed without such a message');
    return found;
  }

  /** The types of an operation's messages so far, in order. */
  typesOf(id: string): string[] {
    return this.messages.filter((message) => message.id === id).map(({ type }) => type);
  }

  /** Ends the connection as a killed process does: without a word. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}
