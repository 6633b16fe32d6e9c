import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Program } from '../support/processes.ts';

/** How `/healthz` answered. */
export interface Health {
  readonly asked: number;
  /** Answers that took the server over 200 ms, or that never came. */
  readonly slow: number;
  readonly failed: number;
  readonly longestMs: number;
  /** Without the time for which the machine gave the server no processor. */
  readonly longestWithoutWaitMs: number;
  readonly slowAnswers: readonly SlowAnswer[];
}

/** An answer that took too long, or never came. */
export interface SlowAnswer {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly tookMs: number;
  readonly ofServerMs: number;
  readonly isAnswered: boolean;
}

/** A process that watches a server until it is asked what it saw. */
export interface HealthWatch extends AsyncDisposable {
  /** Ends the watch; to be called before the server is stopped. */
  end(): Promise<Health>;
}

const program = fileURLToPath(new URL('health-process.ts', import.meta.url));

/** Begins to watch. */
export function watchHealth({ url, pid }: Pick<Program, 'url' | 'pid'>): HealthWatch {
  const child = spawn(process.execPath, [program, url, String(pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  return {
    end: async () => {
      child.stdin.end();
      const lines = (await output).trim().split('\n');
      const slowAnswers = lines.slice(0, -1).map((line) => JSON.parse(line) as SlowAnswer);
      return { ...(JSON.parse(lines.at(-1) ?? '') as Health), slowAnswers };
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await output;
    },
  };
}
