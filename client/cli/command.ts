import { checkOut } from './download.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { commands } from './operations.ts';
import { throwUserErrors } from './server.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { waitForEnd } from './wait.ts';

/** Whether to wait for a task, and where to put its video. */
export interface WaitOptions {
  readonly wait: boolean;
  readonly out?: string | undefined;
}

/** Sends a command about a task; throws what is to be mended. */
export async function sendCommand(
  { server }: Session,
  name: keyof typeof commands,
  variables: Record<string, unknown>,
): Promise<Task> {
  const { payload } = await server.request(commands[name], variables);
  throwUserErrors(payload.userErrors);
  if (payload.task === null) throw new Error('The server answered neither a task nor what to mend.');
  return payload.task;
}

/** Begins a task and waits for it, or answers its id. The file is looked at before anything is paid. */
export async function beginAndWait(
  session: Session,
  { wait, out }: WaitOptions,
  begin: () => Promise<Task>,
): Promise<ExitCode> {
  const { output, environment, signal } = session;
  if (!wait && out !== undefined) {
    throw new Failure(exitCodes.refused, 'BAD_INPUT', '--out wants to wait, and --no-wait does not.', {
      field: ['--out'],
    });
  }
  const path = out === undefined ? null : await checkOut(environment.folder, out);
  const task = await begin().catch((error: unknown) => {
    if (signal.aborted) output.note('No answer was awaited. Whether the task was taken, "list" tells.');
    throw error;
  });
  if (wait) {
    output.note(`Task ${task.id}`);
    return waitForEnd(session, task.id, path);
  }
  output.result({ type: 'task', task }, task.id);
  return exitCodes.done;
}
