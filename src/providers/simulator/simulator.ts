import { type Server, createServer } from 'node:http';
import { refuseHeader, answer } from './kie/routes.ts';
import { loadSamples } from './samples.ts';
import { type SimulatorStats, createLedger } from './stats.ts';
import { parseHeader, parseSwitches } from './switches.ts';
import { createTimers } from './timers.ts';
import type { World } from './world.ts';

export type { SimulatorStats, TaskStats } from './stats.ts';

/** How a simulator is started. */
export interface SimulatorOptions {
  /** The port on 127.0.0.1; 0, the default: any free one. */
  readonly port?: number;
  /** How long a task takes. A later process must be given the same to answer alike for tasks of this one. */
  readonly durationMs: number;
  /** The only key that is accepted; unset: any non-empty bearer. */
  readonly apiKey?: string;
  /** Creates per sliding 10 s, beyond which they get HTTP 429; 0, the default: no limit. Kie has 20. */
  readonly createsPer10s?: number;
  /** Process-wide switches, `name` or `name=value` (see switches.ts). */
  readonly behaviours?: readonly string[];
  /** How long a result can be downloaded after its task's end; default 24 h. */
  readonly fileTtlMs?: number;
  /** Signs callbacks; unset: they carry no signature. */
  readonly hmacKey?: string;
  /** The clock; default: Date.now. */
  readonly now?: () => number;
}

/** A running simulator. Its disposal resolves when no socket, timer or callback of it is left; a second one does nothing. */
export interface Simulator extends AsyncDisposable {
  /** The base URL, without a slash at its end: for the API and for uploads. */
  readonly url: string;
  /** The counters as they are now. */
  readonly stats: SimulatorStats;
}

/**
 * Starts a loopback server that speaks Kie's wire; resolves when it listens. Rejects for a port in use and for a
 * switch that does not exist.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { now = Date.now } = options;
  const parsed = parseSwitches(options.behaviours ?? []);
  if (parsed.kind === 'refused') throw new Error(parsed.why);
  const { behaviours } = parsed;
  const samples = await loadSamples();
  const server = createServer();
  const url = await listen(server, options.port ?? 0);
  const ending = new AbortController();
  const timers = createTimers(now);
  const ledger = createLedger();
  const world: World = {
    url,
    now,
    durationMs: options.durationMs,
    apiKey: options.apiKey,
    createsPer10s: options.createsPer10s ?? 0,
    fileTtlMs: options.fileTtlMs ?? 86_400_000,
    hmacKey: options.hmacKey,
    ledger,
    timers,
    samples,
    memories: new Map(),
    uploads: new Map(),
    postings: new Map(),
    recentCreates: [],
    behaviours,
    outageUntil: now() + Number(behaviours.get('outage') ?? 0),
    // Enough that nobody runs out who has not asked for it.
    credits: Number(behaviours.get('credits') ?? 1_000_000),
    signal: ending.signal,
  };
  serve(server, world);
  return {
    url,
    get stats() {
      return ledger.snapshot();
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      timers[Symbol.dispose]();
      await close(server);
    },
  };
}

function serve(server: Server, world: World): void {
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', world.url);
    const header = parseHeader(request.headers['x-simulator']);
    if (header.kind === 'refused') return refuseHeader(response, header.why);
    answer(world, { request, url, header: header.behaviours }, response).catch((error: unknown) => {
      // A fault of the simulator itself must look like one, never like one of its switches.
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(599, { 'content-type': 'text/plain' })
          .end(`The simulator failed: ${String(error)}`);
    });
  });
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server without a port.');
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
