import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire that a test can spoil. */
export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** How many connections were made through it so far. */
  readonly connections: () => number;
  /** How often a client has spoken after the server, on all connections together. */
  readonly roundTrips: () => number;
  /** Resets every connection at once. */
  cut(): void;
  /** Resets every connection as soon as one side says this, and keeps it back; once. Resolves then. */
  cutAt(text: string, by?: 'server' | 'client'): Promise<void>;
  /** Lets nothing more through on the present connections, without a word to anybody. */
  halfOpen(): void;
  /** Leads the connections from now on to another server. */
  redirect(target: string): void;
  /** Holds back each chunk for a while. */
  delay(ms: number): void;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  silent: boolean;
  /** True if the client has said something that the server has not answered. */
  isAsked: boolean;
}

/** Sits between a client and the server at `target`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  let { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let delayMs = 0;
  let made = 0;
  let roundTrips = 0;
  let last: { readonly words: string; readonly by: 'server' | 'client'; readonly onCut: () => void } | null =
    null;
  const timers = new Set<NodeJS.Timeout>();
  const cut = () => {
    for (const pair of pairs) {
      const { client, upstream } = pair;
      pairs.delete(pair);
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  const carry = (pair: Pair, from: Socket, to: Socket) => {
    from.on('data', (chunk) => {
      if (pair.silent) return;
      if (from === pair.client && !pair.isAsked) roundTrips += 1;
      pair.isAsked = from === pair.client;
      const by = from === pair.upstream ? 'server' : 'client';
      if (last?.by === by && chunk.includes(last.words)) {
        last.onCut();
        last = null;
        cut();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (to.writable) to.write(chunk);
      }, delayMs);
      timers.add(timer);
    });
    from.on('error', () => {});
    from.on('close', () => {
      if (!pair.silent) to.destroy();
    });
  };
  const server = createServer((client) => {
    made += 1;
    const upstream = connect(Number(port), hostname);
    const pair: Pair = { client, upstream, silent: false, isAsked: false };
    pairs.add(pair);
    carry(pair, client, upstream);
    carry(pair, upstream, client);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => made,
    roundTrips: () => roundTrips,
    cut,
    cutAt: (words, by = 'server') => {
      const isCut = Promise.withResolvers<void>();
      last = { words, by, onCut: isCut.resolve };
      return isCut.promise;
    },
    halfOpen: () => {
      for (const pair of pairs) pair.silent = true;
    },
    redirect: (next) => {
      ({ hostname, port } = new URL(next));
    },
    delay: (ms) => {
      delayMs = ms;
    },
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const { client, upstream } of pairs) {
        client.destroy();
        upstream.destroy();
      }
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
