import { CommanderError } from '@commander-js/extra-typings';
import { exitCodes, Failure, Refusals, type ExitCode } from './failure.ts';
import { ignoreClosedPipes, Output } from './output.ts';
import { createProgram } from './program.ts';
import { openSession } from './session.ts';

ignoreClosedPipes();
const interruption = new AbortController();
let interruptedBy: ExitCode | null = null;
// npm forwards a signal that the terminal has already sent: two signals count as one.
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
    process.exitCode = report(error, new Output(options.json === true));
  }
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has already printed the message.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.refused;
}

function report(error: unknown, output: Output): ExitCode {
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
