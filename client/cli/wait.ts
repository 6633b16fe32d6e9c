import { download } from './download.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { progressView } from './progress.ts';
import type { Session } from './session.ts';
import { isTerminal, needsPerson, type Task } from './task.ts';
import { failureInWords } from './words.ts';

/** Follows a task to its end, saves its video if that is wished, and answers how it ended. */
export async function waitForEnd(session: Session, id: string, out: string | null): Promise<ExitCode> {
  const { output, signal } = session;
  try {
    return await finish(session, await follow(session, id), out);
  } catch (error) {
    if (signal.aborted) output.note(`The task goes on. To pick it up:\n  ${session.typed(`watch ${id}`)}`);
    if (!(error instanceof Failure)) throw error;
    output.failure(error);
    if (goesOnWithoutUs.has(error.exitCode))
      output.note(`To pick the task up:\n  ${session.typed(`watch ${id}`)}`);
    return error.exitCode;
  }
}

const goesOnWithoutUs: ReadonlySet<ExitCode> = new Set([exitCodes.unreachable, exitCodes.unauthorized]);

/** The last state that there is to wait for. */
async function follow(session: Session, id: string): Promise<Task> {
  const { output, server } = session;
  using view = progressView(output);
  session.speakBy((text) => view.note(text));
  let hint: string | null = null;
  try {
    for await (const task of server.follow(id)) {
      output.result({ type: 'task', task }, null);
      view.show(task);
      if (isTerminal(task) || needsPerson(task)) return task;
      if (task.hint !== null && task.hint !== hint) view.note(task.hint);
      hint = task.hint;
    }
    throw new Error('A stream of states ended without an end.');
  } finally {
    session.speakBy((text) => output.note(text));
  }
}

async function finish(session: Session, task: Task, out: string | null): Promise<ExitCode> {
  const { output, signal } = session;
  switch (task.stage) {
    case 'COMPLETED': {
      const url = task.videoUrl ?? '';
      if (out === null) {
        output.answer(url);
        return exitCodes.done;
      }
      const { bytes } = await download(url, out, signal);
      output.result({ type: 'saved', path: out, bytes }, out);
      return exitCodes.done;
    }
    case 'FAILED':
      output.note(failureInWords(task));
      if (task.error?.retryable === true) {
        output.note(`The same input may succeed another time:\n  ${session.typed(`retry ${task.id}`)}`);
      }
      return exitCodes.taskFailed;
    case 'CANCELED':
      output.note(`The task was canceled. ${task.hint ?? ''}`.trim());
      return exitCodes.canceled;
    case 'SUBMISSION_UNKNOWN':
      output.note(task.hint ?? 'Whether the task was submitted is not known.');
      output.note(
        `Then tell it, with --provider-task-id THEIR_ID, --give-up or --resubmit:\n  ${session.typed(`resolve ${task.id}`)}`,
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
