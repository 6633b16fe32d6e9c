import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { takePart } from '../contestant.ts';
import { operations, type Operations } from '../operations.ts';
import { globalIdOf } from '../tasks.ts';
import { Tasks, type Task } from './tasks.ts';

interface Subscription {
  readonly operations: Operations;
  readonly shape: number;
  readonly index: number;
  readonly id: string;
}

const error = null;
/** Results of the operations of `operations.ts`, written by hand. */
const shapes: readonly ((task: Task) => unknown)[] = [
  (t) => ({
    taskStatusChanged: {
      id: t.id,
      status: t.status,
      stage: t.stage,
      provider: t.provider,
      model: t.model,
      providerStatus: t.providerStatus,
      prompt: t.prompt,
      label: t.label,
      videoUrl: t.videoUrl,
      error,
      createdAt: t.createdAt,
      updatedAt: t.updatedAt,
      revision: t.revision,
    },
  }),
  (t) => ({
    changed: {
      key: t.id,
      state: t.status,
      exactly: t.stage,
      says: t.providerStatus,
      text: t.prompt,
      made: t.createdAt,
      url: t.videoUrl,
      wrong: error,
      at: t.updatedAt,
      place: t.revision,
      by: t.provider,
    },
  }),
  (t) => ({
    taskStatusChanged: {
      id: t.id,
      status: t.status,
      stage: t.stage,
      videoUrl: t.videoUrl,
      error,
      providerStatus: t.providerStatus,
      prompt: t.prompt,
      createdAt: t.createdAt,
      updatedAt: t.updatedAt,
      revision: t.revision,
    },
  }),
  (t) => ({
    taskStatusChanged: {
      __typename: 'VideoTask',
      id: t.id,
      status: t.status,
      now: t.stage,
      providerStatus: t.providerStatus,
      prompt: t.prompt,
      updatedAt: t.updatedAt,
      revision: t.revision,
    },
  }),
];

// The lower bound: no protocol, no queue, no query. One string for each shape, sent to each socket by `ws` itself.
takePart(async (count) => {
  const tasks = new Tasks(count);
  const sockets = new Map<string, Set<WebSocket>>();
  const http = createServer();
  const server = new WebSocketServer({ server: http, clientTracking: false });
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { index, shape } = JSON.parse(data.toString()) as Subscription;
      const key = `${globalIdOf(index)} ${shape}`;
      const those = sockets.get(key) ?? new Set();
      sockets.set(key, those.add(socket));
      socket.once('close', () => {
        those.delete(socket);
        if (those.size === 0) sockets.delete(key);
      });
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  // As long as the ids that graphql-ws clients make.
  const id = crypto.randomUUID();
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    publish: (index, providerStatus) => {
      const task = tasks.touch(index, providerStatus);
      for (const shape of operations.mixed.keys()) {
        const those = sockets.get(`${task.id} ${shape}`);
        if (those === undefined) continue;
        const frame = JSON.stringify({ id, type: 'next', payload: { data: shapes[shape]?.(task) } });
        for (const socket of those) socket.send(frame);
      }
    },
  };
});
