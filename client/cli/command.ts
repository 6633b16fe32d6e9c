import { checkOut } from './download.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { commands } from './operations.ts';
import { throwUserErrors } from './server.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { waitForEnd } from './wait.ts';

/** Options of waiting for a task and saving its video. */
export interface WaitOptions {
  readonly wait: boolean;
  readonly out?: string | undefined;
  readonly open?: true | undefined;
}

/** Sends a command about a task. Refusals are thrown as `Refusals`. */
export async function sendCommand(
  { server }: Session,
  name: keyof typeof commands,
  variables: Record<string, unknown>,
): Promise<Task> {
  const { payload } = await server.request(commands[name], variables);
  throwUserErrors(payload.userErrors);
  if (payload.task === null) throw new Error('The response has neither a task nor user errors.');
  return payload.task;
}

/** Creates a task and waits for it, or prints its id. The output file is checked before anything is paid. */
export async function createAndWait(
  session: Session,
  { wait, out, open }: WaitOptions,
  create: () => Promise<Task>,
): Promise<ExitCode> {
  const { output, environment, signal } = session;
  if (!wait && (out !== undefined || open === true)) {
    const [option, done] = out === undefined ? ['--open', 'opened'] : ['--out', 'saved'];
    const message = `${option} cannot be combined with --no-wait: the video is ${done} after waiting for it.`;
    throw new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: [option] });
  }
  const path = out === undefined ? null : await checkOut(environment.folder, out);
  const task = await create().catch((error: unknown) => {
    if (signal.aborted)
      output.note('Interrupted before the server responded. Run "list" to see whether the task was created.');
    throw error;
  });
  if (wait) {
    output.note(`Task ${task.id}`);
    return waitForEnd(session, task.id, { out: path, isOpened: open === true });
  }
  output.result({ type: 'task', task }, task.id);
  return exitCodes.done;
}
