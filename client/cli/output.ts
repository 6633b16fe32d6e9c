import type { Failure } from './failure.ts';
import type { Provider } from './operations.ts';
import type { Task } from './task.ts';

/** A line of `--json`. `type` tells what it is. */
export type Line =
  | { readonly type: 'task'; readonly task: Task }
  | { readonly type: 'saved'; readonly path: string; readonly bytes: number }
  | { readonly type: 'deleted'; readonly id: string }
  | { readonly type: 'provider'; readonly provider: Provider }
  | {
      readonly type: 'estimate';
      readonly provider: string | null;
      readonly model: string | null;
      readonly cost: { readonly amount: number; readonly currency: string } | null;
      readonly seconds: number | null;
    }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly message: string;
      readonly field: readonly string[] | null;
      readonly exitCode: number;
    };

/** Where a command says things: results for scripts on stdout, words for people on stderr. */
export class Output {
  readonly isJson: boolean;

  constructor(isJson: boolean) {
    this.isJson = isJson;
  }

  /** Something to go on with: a line of JSON, or the plain text; null prints nothing in plain. */
  result(line: Line, plain: string | null): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if (plain !== null) this.answer(plain);
  }

  /** What a script takes up where it does not read JSON. */
  answer(text: string): void {
    if (!this.isJson) process.stdout.write(`${printable(text)}\n`);
  }

  /** A sentence for the person who waits. */
  note(text: string): void {
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Why it does not go on; with the field that is to be mended. */
  failure({ code, message, field, exitCode }: Failure): void {
    if (this.isJson) this.result({ type: 'error', code, message, field, exitCode }, null);
    this.note(field === null ? message : `${field.join('.')}: ${message} (${code})`);
  }
}

/** Words of a provider must not steer the terminal. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, ' ');

/**
 * A reader that went away, as in `… | head -1`, is no reason to stop: the exit code still tells how it ended, and
 * a video is still saved.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
