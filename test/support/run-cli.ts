import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../client/cli/main.ts', import.meta.url));

/** Halves the time that a start takes, and there are many. */
const compileCache = join(tmpdir(), 'reelay-test-compile-cache');

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCli extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /** The reader of its stdout goes away. */
  stopReading(): void;
}

/** Settings of a command: where the server is, and the key. */
export interface CliOptions {
  readonly url: string;
  readonly key?: string;
  readonly folder?: string;
  /** A folder whose programs come before those of the system. */
  readonly programs?: string;
  /** Whether a person looks on: all that is printed then comes as `stdout`. */
  readonly terminal?: boolean;
}

/** Starts the command line as `npm run reelay` does, without npm. */
export function startCli(
  args: readonly string[],
  { url, key, folder = '.', programs, terminal = false }: CliOptions,
): RunningCli {
  const { PATH = '', HOME = '' } = process.env;
  const command = [process.execPath, main, ...args];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  // `script` runs a command on a terminal of its own, and is part of every Linux.
  const [file = '', ...given] = terminal
    ? ['script', '--quiet', '--return', '--command', `stty cols 100; exec ${quoted}`, '/dev/null']
    : command;
  const child = spawn(file, given, {
    cwd: folder,
    env: {
      PATH: programs === undefined ? PATH : `${programs}${delimiter}${PATH}`,
      HOME,
      NODE_COMPILE_CACHE: compileCache,
      REELAY_URL: url,
      ...(key !== undefined && { REELAY_API_KEY: key }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended: closed,
    signal: (name) => void child.kill(name),
    stopReading: () => void child.stdout.destroy(),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Runs a command to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<Ended> {
  await using cli = startCli(args, options);
  return await cli.ended;
}

/** A line of `--json`, as scripts see it. */
export interface SeenLine {
  readonly type: string;
  readonly task?: {
    readonly id: string;
    readonly stage: string;
    readonly revision: string;
    readonly videoUrl: string | null;
  };
  readonly [more: string]: unknown;
}

/** What `--json` printed; fails on a line that is no JSON. */
export const linesOf = (stdout: string): SeenLine[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SeenLine);
