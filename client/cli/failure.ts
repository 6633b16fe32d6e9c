/** What a command ends with, for scripts. The numbers are part of the interface: they never change. */
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

/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each one means: `--help` and docs/cli.md are made from this. */
export const exitCodeMeanings: Record<ExitCode, string> = {
  [exitCodes.done]: 'done; when waiting: the task is COMPLETED',
  [exitCodes.taskFailed]: 'the task FAILED; the message says why and whether it was billed',
  [exitCodes.refused]: 'wrong usage, or an input that was refused; nothing was done',
  [exitCodes.canceled]: 'the task was CANCELED while waiting',
  [exitCodes.needsPerson]:
    'whether the task was submitted is not known: a person must look (SUBMISSION_UNKNOWN)',
  [exitCodes.unreachable]: 'the server cannot be reached, or cannot answer',
  [exitCodes.unauthorized]: 'the key is missing, wrong or expired',
  [exitCodes.notSaved]:
    'the task is COMPLETED, but its video could not be saved; "watch ID --out FILE" tries again',
  [exitCodes.fault]: 'a fault of this program',
  [exitCodes.interrupted]: 'interrupted by Ctrl-C; the task goes on',
  [exitCodes.terminated]: 'ended by SIGTERM; the task goes on',
};

/** Why a command cannot go on: for the person, for `--json` and for the script that called. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;
  /** A word of the server's error codes, or one of ours. */
  readonly code: string;
  /** Path to the value that was refused, beginning at the argument. */
  readonly field: readonly string[] | null;

  constructor(
    exitCode: ExitCode,
    code: string,
    message: string,
    { field = null, cause }: { field?: readonly string[] | null; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.code = code;
    this.field = field;
  }
}

/** Several things to mend at once. */
export class Refusals extends Error {
  override readonly name = 'Refusals';
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map(({ message }) => message).join(' '));
    this.failures = failures;
  }
}
