import { type Server, type ServerResponse, createServer } from 'node:http';
import { answerControl } from './control.ts';
import { sendJson, sendNotFound } from './http/respond.ts';
import { createKieAccount, type KieAccountOptions } from './kie/account-state.ts';
import { kieWire } from './kie/routes.ts';
import { createGeminiAccount } from './interactions/account-state.ts';
import { interactionsWire } from './interactions/routes.ts';
import { createVertexAccount } from './vertex/account-state.ts';
import { vertexWire } from './vertex/routes.ts';
import { loadSamples } from './samples.ts';
import { type SimulatorStats, createLedger } from './stats.ts';
import { parseHeader, parseSwitches } from './switches.ts';
import { createTimers } from './timers.ts';
import type { Asked, Wire, World } from './world.ts';

export type { SimulatorStats, TaskStats } from './stats.ts';

/** Options of a simulator. */
export interface SimulatorOptions extends KieAccountOptions {
  /** The port on 127.0.0.1; 0, the default: any free one. */
  readonly port?: number;
  /** Duration of a task. A later process must be given the same to answer alike for tasks of this one. */
  readonly durationMs: number;
  /** Process-wide switches, `name` or `name=value` (see switches.ts). */
  readonly behaviours?: readonly string[];
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
 * Starts a loopback server that speaks the wires of Kie and of Google's Gemini API; resolves when it listens. Rejects for a port in use and for a
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
    ledger,
    timers,
    samples,
    behaviours,
    outageUntil: now() + Number(behaviours.get('outage') ?? 0),
    signal: ending.signal,
  };
  // Each wire sees the one world, whose behaviours change; the first that knows a path answers.
  const wires = [
    kieWire(Object.assign(world, { kie: createKieAccount(options, behaviours) })),
    interactionsWire(Object.assign(world, { gemini: createGeminiAccount(options) })),
    vertexWire(Object.assign(world, { vertex: createVertexAccount(options) })),
  ];
  serve(server, world, wires);
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

function serve(server: Server, world: World, wires: readonly Wire[]): void {
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', world.url);
    const header = parseHeader(request.headers['x-simulator']);
    if (header.kind === 'refused') return sendJson(response, { code: 422, msg: header.why, data: null });
    const asked = { request, url, header: header.behaviours };
    answer(world, wires, asked, response).catch((error: unknown) => {
      // A fault of the simulator itself must look like one, never like one of its switches.
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(599, { 'content-type': 'text/plain' })
          .end(`The simulator failed: ${String(error)}`);
    });
  });
}

async function answer(
  world: World,
  wires: readonly Wire[],
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  if (asked.url.pathname.startsWith('/_simulator/')) return answerControl(world, asked, response);
  for (const wire of wires) {
    if (await wire.answer(asked, response)) return;
  }
  sendNotFound(response);
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
