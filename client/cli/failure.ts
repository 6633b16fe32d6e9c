/** Exit codes of the commands. The numbers are part of the interface and never change. */
export const exitCodes = {
  done: 0,
  taskFailed: 1,
  refused: 2,
  canceled: 3,
  needsPerson: 4,
  unreachable: 5,
  unauthorized: 6,
  notSaved: 7,
  fault: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** An exit code. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The meaning of each exit code. `--help` prints it, and docs/cli.md repeats it. */
export const exitCodeMeanings: Record<ExitCode, string> = {
  [exitCodes.done]: 'success; if it waited, the task is COMPLETED',
  [exitCodes.taskFailed]: 'the task FAILED; the message says why and whether it is billed',
  [exitCodes.refused]: 'wrong usage, or the input was refused; nothing was done',
  [exitCodes.canceled]: 'the task was CANCELED while waiting',
  [exitCodes.needsPerson]:
    'the outcome of the submission is unknown and must be resolved by hand (SUBMISSION_UNKNOWN)',
  [exitCodes.unreachable]: 'the server cannot be reached, or cannot respond',
  [exitCodes.unauthorized]: 'the key is missing, wrong or expired',
  [exitCodes.notSaved]:
    'the task is COMPLETED, but its video could not be saved; "watch ID --out FILE" tries again',
  [exitCodes.fault]: 'a fault of this program',
  [exitCodes.interrupted]: 'interrupted by Ctrl-C; the task continues',
  [exitCodes.terminated]: 'ended by SIGTERM; the task continues',
};

/** The reason why a command cannot continue, with its exit code. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** An error code of the server, or one of this program. */
  readonly code: string;
  /** Path to the refused value, starting at the argument; null if no single value is at fault. */
  readonly field: readonly string[] | null;
  /** The row of the table that it is about; null without a table. */
  readonly row: number | null;

  constructor(
    exitCode: ExitCode,
    code: string,
    message: string,
    {
      field = null,
      row = null,
      cause,
    }: { field?: readonly string[] | null; row?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.code = code;
    this.field = field;
    this.row = row;
  }
}

/** The same failure, of a row of a table. */
export const inRow = (row: number, { exitCode, code, message, field, cause }: Failure): Failure =>
  new Failure(exitCode, code, message, { field, row, cause });

/** All refusals of one command. */
export class Refusals extends Error {
  override readonly name = 'Refusals';
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map(({ message }) => message).join(' '));
    this.failures = failures;
  }
}
