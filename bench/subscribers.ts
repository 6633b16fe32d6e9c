import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { nowUs } from './clock.ts';
import { answerParent } from './ipc.ts';
import { operations, type Operations } from './operations.ts';
import { globalIdOf } from './tasks.ts';

/** Sockets with one subscription each. */
export interface Opening {
  readonly url: string;
  readonly protocol: 'graphql-transport-ws' | 'raw';
  readonly authorization: string;
  readonly count: number;
  /** Subscriber n follows task `n % tasks`. */
  readonly tasks: number;
  readonly operations: Operations;
}

/** Messages and ends since the last reset. */
export interface Received {
  readonly messages: number;
  readonly bytes: number;
  /** States that are no change of the runner's. */
  readonly others: number;
  /** Subscriptions that the server completed. */
  readonly completed: number;
  /** Closed sockets, by either side. */
  readonly closed: number;
}

/** Milliseconds from before a change is written until its message has arrived. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Calls that the runner makes to a process of subscribers. */
export type SubscriberHandlers = {
  open(opening: Opening): Promise<void>;
  received(argument: null): Received;
  latency(argument: null): Latency;
  /** The same for states that are no change of the runner's, from their `updatedAt`, which is whole milliseconds. */
  latencyOfOthers(argument: null): Latency;
  reset(argument: null): void;
  /** Number of subscribers with a message since they were opened. */
  reached(argument: null): number;
  /** Pauses or resumes reading of the last socket. */
  pauseLast(paused: boolean): void;
  closeAll(argument: null): Promise<void>;
};

/** Concurrent handshakes: more would overflow the server's backlog. */
const opensAtOnce = 100;

let sockets: WebSocket[] = [];
let messages = 0;
let bytes = 0;
let others = 0;
let completed = 0;
let closed = 0;
let latenciesUs: number[] = [];
let agesUs: number[] = [];
/** Sockets with a state that is no change of the runner's. */
let checked = new WeakSet<WebSocket>();
const reached = new Set<WebSocket>();

/** In `providerStatus` of every message: see `statusText`. */
const publishedAt = Buffer.from('"t:');
const completeType = Buffer.from('"type":"complete"');
const errorsField = Buffer.from('"errors":');
const updatedAt = Buffer.from('"updatedAt":"');
/** The length of a time in a message. */
const timeLength = '2026-01-01T00:00:00.000Z'.length;

answerParent({
  open: async ({ count, ...opening }) => {
    const first = sockets.length;
    for (let opened = 0; opened < count; opened += opensAtOnce) {
      const batch = Array.from({ length: Math.min(opensAtOnce, count - opened) }, (_, offset) =>
        open(opening, first + opened + offset),
      );
      sockets.push(...(await Promise.all(batch)));
    }
  },
  received: () => ({ messages, bytes, others, completed, closed }),
  latency: () => latencyOf(latenciesUs),
  latencyOfOthers: () => latencyOf(agesUs),
  reset: () => {
    messages = bytes = others = completed = 0;
    latenciesUs = [];
    agesUs = [];
  },
  reached: () => reached.size,
  pauseLast: (paused) => {
    if (paused) sockets.at(-1)?.pause();
    else sockets.at(-1)?.resume();
  },
  closeAll: async () => {
    const all = sockets;
    sockets = [];
    reached.clear();
    checked = new WeakSet();
    for (const socket of all) socket.terminate();
    await setTimeout(100);
    closed = 0;
  },
} satisfies SubscriberHandlers);

function latencyOf(timesUs: readonly number[]): Latency {
  const sorted = Float64Array.from(timesUs).toSorted();
  const at = (quantile: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN) / 1000;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

async function open(
  { url, protocol, authorization, tasks, operations: set }: Omit<Opening, 'count'>,
  index: number,
): Promise<WebSocket> {
  const address = `${url.replace('http', 'ws')}/graphql`;
  const settings = { perMessageDeflate: false };
  const socket =
    protocol === 'raw'
      ? new WebSocket(address, settings)
      : new WebSocket(address, 'graphql-transport-ws', settings);
  socket.on('close', () => {
    closed += 1;
  });
  await once(socket, 'open');
  const id = crypto.randomUUID();
  const shape = index % operations[set].length;
  if (protocol === 'raw') {
    socket.send(JSON.stringify({ index: index % tasks, shape }));
  } else {
    const { query, variable } = operations[set][shape] ?? operations.plain[0];
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
    await once(socket, 'message');
    const variables = variable === null ? {} : { [variable]: globalIdOf(index % tasks) };
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
  }
  socket.on('message', (data: Buffer) => hear(socket, data));
  return socket;
}

function hear(socket: WebSocket, data: Buffer): void {
  const mark = data.indexOf(publishedAt);
  if (mark === -1) {
    hearOther(socket, data);
    return;
  }
  messages += 1;
  bytes += data.length;
  if (!reached.has(socket)) {
    reached.add(socket);
    check(data);
  }
  const from = mark + publishedAt.length;
  latenciesUs.push(nowUs() - Number(data.toString('latin1', from, data.indexOf(':', from))));
}

/** Counts the present state, a change or an end; anything else makes the figures void. Costs no more than `hear`. */
function hearOther(socket: WebSocket, data: Buffer): void {
  if (data.includes(completeType)) {
    completed += 1;
    return;
  }
  if (!checked.has(socket) || data.includes(errorsField)) {
    check(data);
    checked.add(socket);
  }
  others += 1;
  bytes += data.length;
  const mark = data.indexOf(updatedAt);
  if (mark === -1) return;
  const from = mark + updatedAt.length;
  agesUs.push(1000 * (Date.now() - Date.parse(data.toString('latin1', from, from + timeLength))));
}

function check(data: Buffer): void {
  const frame = data.toString();
  const { type, payload } = JSON.parse(frame) as {
    type: string;
    payload?: { data?: unknown; errors?: unknown };
  };
  if (type !== 'next' || !payload?.data || payload.errors !== undefined) {
    throw new Error(`Unexpected frame: ${frame}`);
  }
}
