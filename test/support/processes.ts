import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SimulatorStats } from '../../src/providers/simulator/simulator.ts';

/** A program of ours in a process of its own. */
export interface Program extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it wrote so far. */
  readonly output: () => string;
  /** Sends a signal to it alone and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly hasExited: () => boolean;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a program of this repository and waits until it says where it listens. */
export async function startProgram(
  command: readonly [string, ...string[]],
  env: Record<string, string> = {},
  { detached = false }: { detached?: boolean } = {},
): Promise<Program> {
  const [file, ...args] = command;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, {
    cwd: root,
    detached,
    // Nothing of the developer's own settings leaks in.
    env: { PATH: `${root}/node_modules/.bin:${PATH}`, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const listening = Promise.withResolvers<string>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
    if (url !== undefined) listening.resolve(url);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  void exited.then(() => listening.reject(new Error(`It ended before it listened: ${output}`)));
  const url = await listening.promise;
  const { pid = 0 } = child;
  return {
    url,
    pid,
    output: () => output,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => {
      child.kill(signal);
      return exited;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The server as `npm start` runs it, without npm. */
export const startServer = (env: Record<string, string>) =>
  startProgram(['node', 'src/main.ts'], { PORT: '0', ...env });

/** The same with a wall clock that SIGUSR2 sets by CLOCK_JUMP_MS, and that begins off by CLOCK_OFFSET_MS. */
export const startServerWithSettableClock = (env: Record<string, string>) =>
  startProgram(['node', '--import', './test/support/settable-clock.ts', 'src/main.ts'], {
    PORT: '0',
    ...env,
  });

/** Settings that point a server at a simulator in another process, and make waits short. */
export const pointedAt = (simulator: { readonly url: string }, folder: string): Record<string, string> => ({
  DATA_DIR: folder,
  PROVIDERS: 'kie',
  KIE_API_KEY: 'k',
  KIE_BASE_URL: simulator.url,
  KIE_UPLOAD_URL: simulator.url,
  KIE_POLL_INTERVAL_MS: '100',
  KIE_CREATES_PER_10S: '0',
  FETCH_ALLOW_HOSTS: new URL(simulator.url).host,
});

/** The same, with Google's Vertex AI as the provider. */
export const pointedAtVertex = (
  simulator: { readonly url: string },
  folder: string,
): Record<string, string> => ({
  DATA_DIR: folder,
  PROVIDERS: 'google',
  GOOGLE_CLOUD_PROJECT: 'p',
  GOOGLE_ACCESS_TOKEN: 'ya29.secret-token',
  VERTEX_BASE_URL: simulator.url,
  GOOGLE_POLL_INTERVAL_MS: '100',
});

/** What the simulator counted. */
export const statsOf = async (simulator: Program): Promise<SimulatorStats> =>
  (await (await fetch(`${simulator.url}/_simulator/stats`)).json()) as SimulatorStats;

/** The simulator as `npm run simulator` runs it, without npm. */
export const startSimulatorProcess = (...args: string[]) =>
  startProgram(['node', 'src/providers/simulator/main.ts', '--port', '0', ...args]);
