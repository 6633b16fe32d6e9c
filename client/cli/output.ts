import type { Failure } from './failure.ts';
import type { Provider, TaskDetails } from './operations.ts';
import type { Task } from './task.ts';

/** A line of `--json`, identified by its `type`. */
export type Line =
  | { readonly type: 'task'; readonly task: Task | TaskDetails }
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
      /** Of a table; absent otherwise. */
      readonly row?: number;
      readonly exitCode: number;
    };

/** Output of a command: results for scripts on stdout, messages for people on stderr. */
export class Output {
  readonly isJson: boolean;

  constructor(isJson: boolean) {
    this.isJson = isJson;
  }

  /** Prints a result: with `--json` the line, otherwise the plain text. Null prints nothing without `--json`. */
  result(line: Line, plain: string | null): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if (plain !== null) this.print(plain);
  }

  /** Prints plain text for scripts; nothing with `--json`. */
  print(text: string): void {
    if (!this.isJson) process.stdout.write(`${printable(text)}\n`);
  }

  /** Prints a message for people. */
  note(text: string): void {
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Prints why the command cannot continue, with the refused option. */
  failure({ code, message, field, row, exitCode }: Failure): void {
    if (this.isJson)
      this.result({ type: 'error', code, message, field, ...(row !== null && { row }), exitCode }, null);
    if (row !== null) this.note(`Row ${row}: ${message} (${code})`);
    else this.note(field === null ? message : `${optionOf(field)}: ${message} (${code})`);
  }
}

/** The option for a field of an input, by its name in the schema; a field without one by its path. */
function optionOf(field: readonly string[]): string {
  const [argument, name = argument] = field;
  return options[name ?? ''] ?? field.join('.');
}

const options: Readonly<Record<string, string>> = {
  aspectRatio: '--aspect',
  audio: '--audio',
  durationSeconds: '--duration',
  file: '--image',
  group: '--group',
  idempotencyKey: '--idempotency-key',
  imagesAs: '--images-as',
  label: '--label',
  model: '--model',
  negativePrompt: '--negative-prompt',
  provider: '--provider',
  providerOptions: '--provider-options',
  referenceImages: '--image',
  resolution: '--resolution',
  seed: '--seed',
  useCase: '--use-case',
};

/** Text without control characters: that of a provider must not control the terminal. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n]/gu, ' ');

/**
 * Ignores that the reader of the output has gone, as in `… | head -1`: the exit code still reports the outcome, and the
 * video is still saved.
 */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
