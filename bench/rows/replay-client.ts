import { WebSocket } from 'ws';
import { answerParent, type Handlers } from '../ipc.ts';

/** Subscriptions to all tasks of the viewer, each on a socket of its own. */
export interface Replaying {
  readonly url: string;
  readonly clients: number;
  /** The revision after which they begin. */
  readonly after: string;
  /** The last revision that each waits for. */
  readonly upTo: string;
}

const query = `subscription ($after: String) {
  taskStatusChanged(after: $after) { id status stage provider model prompt label updatedAt revision }
}`;

const handlers = {
  /** Reads until all have the last one: the events of all together, and the times of the first and the last in milliseconds. */
  replay: async ({ clients, ...of }: Replaying) => {
    const startedAt = performance.now();
    const counts = await Promise.all(Array.from({ length: clients }, () => replayOne(of)));
    return {
      events: counts.reduce((sum, { events }) => sum + events, 0),
      firstMs: Math.min(...counts.map(({ firstAt }) => firstAt)) - startedAt,
      allMs: performance.now() - startedAt,
    };
  },
} satisfies Handlers;
answerParent(handlers);

/** Calls that the runner makes to the process of clients. */
export type ReplayHandlers = typeof handlers;

function replayOne({
  url,
  after,
  upTo,
}: Omit<Replaying, 'clients'>): Promise<{ events: number; firstAt: number }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    let events = 0;
    let firstAt = Number.POSITIVE_INFINITY;
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a socket')));
    socket.on('message', (data: Buffer) => {
      if (data.includes('"connection_ack"')) {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { after } } }));
        return;
      }
      if (!data.includes('"next"')) return;
      if (data.includes('"errors"')) reject(new Error(data.toString()));
      if (events === 0) firstAt = performance.now();
      events += 1;
      if (!data.includes(upTo)) return;
      resolve({ events, firstAt });
      socket.terminate();
    });
  });
}
