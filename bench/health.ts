import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { processorWaitMs } from '../test/support/processor-wait.ts';
import { answerParent, type Handlers } from './ipc.ts';

/** The pause between two requests, in milliseconds. */
const pauseMs = 5;

interface Watched {
  readonly url: URL;
  readonly pid: number;
  readonly over: AbortController;
  longestMs: number;
  asking: { readonly since: number; readonly waitedMs: number } | null;
}

let watched: Watched | null = null;

/** One request on a connection of its own. Rejects without an answer. */
const ask = ({ url }: Watched): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    let response = '';
    socket.on('data', (chunk) => (response += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () =>
      response.startsWith('HTTP/1.1 200') ? resolve() : reject(new Error('/healthz did not respond')),
    );
    socket.end('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  });

/** The time of a request so far, without what the machine gave the server no processor for. */
function sinceAsked(server: Watched): number {
  if (server.asking === null) return 0;
  const { since, waitedMs } = server.asking;
  return performance.now() - since - (processorWaitMs(server.pid) - waitedMs);
}

async function watch(server: Watched): Promise<void> {
  while (!server.over.signal.aborted) {
    server.asking = { since: performance.now(), waitedMs: processorWaitMs(server.pid) };
    try {
      await ask(server);
    } catch (error) {
      if (server.over.signal.aborted) return;
      throw error;
    }
    server.longestMs = Math.max(server.longestMs, sinceAsked(server));
    server.asking = null;
    await setTimeout(pauseMs);
  }
}

// Asks /healthz of a server again and again, in a process that nothing else can hold up.
const handlers = {
  watch: ({ url, pid }: { readonly url: string; readonly pid: number }) => {
    watched = { url: new URL(url), pid, over: new AbortController(), longestMs: 0, asking: null };
    void watch(watched);
  },
  /** The longest response since the last call, in milliseconds; one that is still awaited counts. */
  longestMs: () => {
    if (watched === null) return 0;
    const longest = Math.max(watched.longestMs, sinceAsked(watched));
    watched.longestMs = 0;
    return longest;
  },
  /** Ends the watch; to be called before the server stops. */
  end: () => {
    watched?.over.abort();
    watched = null;
  },
} satisfies Handlers;
answerParent(handlers);

/** Calls that the runner makes to the process that watches. */
export type HealthHandlers = typeof handlers;
