import { download } from './download.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { openInBrowser } from './open.ts';
import { progressView } from './progress.ts';
import type { Session } from './session.ts';
import { isTerminal, needsPerson, type Task } from './task.ts';
import { describeFailure } from './format.ts';

/** What is done with a finished video. */
export interface Finish {
  /** The path to save it at; null does not. */
  readonly out: string | null;
  /** Whether it is opened in the system's browser. */
  readonly isOpened: boolean;
}

/** Follows a task to its end, then saves and opens its video as asked. Returns the exit code of the outcome. */
export async function waitForEnd(session: Session, id: string, then: Finish): Promise<ExitCode> {
  const { output, signal } = session;
  try {
    return await finish(session, await follow(session, id), then);
  } catch (error) {
    if (signal.aborted)
      output.note(`The task continues. To wait for it again:\n  ${session.commandLine(`watch ${id}`)}`);
    if (!(error instanceof Failure)) throw error;
    output.failure(error);
    if (leavesTaskRunning.has(error.exitCode))
      output.note(`To wait for the task again:\n  ${session.commandLine(`watch ${id}`)}`);
    return error.exitCode;
  }
}

const leavesTaskRunning: ReadonlySet<ExitCode> = new Set([exitCodes.unreachable, exitCodes.unauthorized]);

/** Shows the states of a task, and returns the first that is terminal or needs a person. */
async function follow(session: Session, id: string): Promise<Task> {
  const { output, server } = session;
  using view = progressView(output);
  session.redirectNotes((text) => view.note(text));
  let hint: string | null = null;
  try {
    for await (const task of server.follow(id)) {
      output.result({ type: 'task', task }, null);
      view.show(task);
      if (isTerminal(task) || needsPerson(task)) return task;
      if (task.hint !== null && task.hint !== hint) view.note(task.hint);
      hint = task.hint;
    }
    throw new Error('The stream of states ended before the task.');
  } finally {
    session.redirectNotes((text) => output.note(text));
  }
}

async function finish(session: Session, task: Task, { out, isOpened }: Finish): Promise<ExitCode> {
  const { output, signal } = session;
  switch (task.stage) {
    case 'COMPLETED': {
      const url = task.videoUrl ?? '';
      if (out === null) {
        output.print(url);
      } else {
        const { bytes } = await download(url, out, signal);
        output.result({ type: 'saved', path: out, bytes }, out);
      }
      if (isOpened) await openInBrowser(url, output);
      return exitCodes.done;
    }
    case 'FAILED':
      output.note(describeFailure(task));
      if (task.error?.retryable === true) {
        output.note(`A retry may succeed:\n  ${session.commandLine(`retry ${task.id}`)}`);
      }
      return exitCodes.taskFailed;
    case 'CANCELED':
      output.note(`The task was canceled. ${task.hint ?? ''}`.trim());
      return exitCodes.canceled;
    case 'SUBMISSION_UNKNOWN':
      output.note(task.hint ?? 'The outcome of the submission is unknown.');
      output.note(
        `Then run this with --provider-task-id ID, --give-up or --resubmit:\n  ${session.commandLine(`resolve ${task.id}`)}`,
      );
      return exitCodes.needsPerson;
    case 'WAITING':
    case 'SUBMITTING':
    case 'GENERATING':
      throw new Error(`A task in ${task.stage} has not ended.`);
    default:
      return task.stage satisfies never;
  }
}
