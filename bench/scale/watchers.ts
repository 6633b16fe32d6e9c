import { RawSocket } from '../../test/support/raw-socket.ts';
import { answerParent } from '../ipc.ts';

/** When a stage of a task first arrived at one subscriber: `[the task's global id, stage, milliseconds since 1970]`. */
export type Arrival = readonly [id: string, stage: string, at: number];

const sockets: RawSocket[] = [];
let arrivals: Arrival[] = [];
let events = 0;
let ended = 0;

// Subscribers of all tasks of their owner, in a process of their own.
const handlers = {
  open: async ({ urls, count }: { readonly urls: readonly string[]; readonly count: number }) => {
    for (let opened = 0; opened < count; opened += 1) {
      const subscriber = await RawSocket.connect(urls[opened % urls.length] ?? '');
      // It would keep every message.
      subscriber.socket.removeAllListeners('message');
      const seen = new Set<string>();
      subscriber.socket.on('message', (data: Buffer) => hear(seen, data));
      subscriber.subscribe('1', 'subscription { taskStatusChanged { id stage } }');
      sockets.push(subscriber);
    }
  },
  /** Ends of tasks that arrived since the last `take`, of all subscribers. */
  ended: () => ended,
  /** Everything that arrived since the last call. */
  take: () => {
    const taken = { arrivals, events };
    arrivals = [];
    events = ended = 0;
    return taken;
  },
};

function hear(seen: Set<string>, data: Buffer): void {
  const at = performance.timeOrigin + performance.now();
  const { type, payload } = JSON.parse(data.toString()) as {
    type: string;
    payload?: { data?: { taskStatusChanged: { id: string; stage: string } } | null };
  };
  if (type === 'ping') return;
  const task = payload?.data?.taskStatusChanged;
  if (task === undefined || task.stage === 'FAILED') throw new Error(`Unexpected: ${data.toString()}`);
  events += 1;
  const state = `${task.id} ${task.stage}`;
  // A later change within the stage has another commit than the one that is known.
  if (seen.has(state)) return;
  seen.add(state);
  arrivals.push([task.id, task.stage, at]);
  if (task.stage === 'COMPLETED') ended += 1;
}

answerParent(handlers, () => {
  for (const { socket } of sockets) socket.terminate();
});

/** Calls that the runner makes to the process of subscribers. */
export type WatcherHandlers = typeof handlers;
