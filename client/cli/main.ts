import { CommanderError } from '@commander-js/extra-typings';
import { exitCodes, Failure, Refusals, type ExitCode } from './failure.ts';
import { outliveReaders, Output } from './output.ts';
import { createProgram } from './program.ts';
import { openSession } from './session.ts';

outliveReaders();
const interruption = new AbortController();
let interruptedBy: ExitCode | null = null;
// npm passes on what the terminal has sent already: two signals are one.
const stopOn = (signal: NodeJS.Signals, exitCode: ExitCode) =>
  process.on(signal, () => {
    interruptedBy ??= exitCode;
    interruption.abort();
  });
stopOn('SIGINT', exitCodes.interrupted);
stopOn('SIGTERM', exitCodes.terminated);

const program = createProgram(async (options, work) => {
  try {
    await using session = openSession(options, interruption.signal);
    process.exitCode = await work(session);
  } catch (error) {
    process.exitCode = explain(error, new Output(options.json === true));
  }
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // It has said what it had to say.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.refused;
}

function explain(error: unknown, output: Output): ExitCode {
  if (interruptedBy !== null) return interruptedBy;
  if (error instanceof Failure || error instanceof Refusals) {
    const failures = error instanceof Refusals ? error.failures : [error];
    for (const failure of failures) output.failure(failure);
    return failures[0]?.exitCode ?? exitCodes.fault;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.failure(new Failure(exitCodes.fault, 'INTERNAL', detail));
  return exitCodes.fault;
}
