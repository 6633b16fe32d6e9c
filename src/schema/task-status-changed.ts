import type { VideoTask } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import { TaskStatusSource, type Context } from './context.ts';
import { codedError } from './errors.ts';
import { fromGlobalId } from './global-id.ts';
import type { VideoTaskRef } from './video-task.ts';

/** What people come for: the states of tasks as they change. */
export function declareTaskStatusChanged(builder: Builder, VideoTask: VideoTaskRef): void {
  builder.subscriptionType({ description: 'What is pushed, over WebSocket and text/event-stream alike.' });
  builder.subscriptionField('taskStatusChanged', (t) =>
    t.field({
      type: VideoTask,
      description:
        'With `id`: the present state of the task, then each later one, and the end after a terminal one. ' +
        'Without: each unfinished task of yours, then every later state of any. ' +
        'With `after`: only what changed since that revision, then the later states. ' +
        'States in between may be merged; the newest and every terminal one arrive.',
      args: {
        id: t.arg.id({ description: 'One task; without it, all of yours.' }),
        after: t.arg.string({ description: 'The last `revision` that you saw, to go on without a gap.' }),
      },
      subscribe: async (_root, { id, after }, context) => {
        // An error here ends the operation and leaves the socket alone.
        const counter = typeof after === 'string' ? await placeOf(after, context) : null;
        const taskId = typeof id === 'string' ? fromGlobalId(id) : null;
        if (typeof id === 'string' && taskId === null) throw unknownTask();
        return new TaskStatusSource(taskId, counter);
      },
      // The transport executes the operation once for each revision, with the task as its root.
      resolve: (task: unknown) => task as VideoTask,
    }),
  );
}

/** The answer for a task that does not exist and for one of another owner, alike. */
export const unknownTask = () => codedError('NOT_FOUND', 'There is no such task of yours.');

async function placeOf(after: string, { store }: Context): Promise<number> {
  const revision = await store.parseRevision(after);
  switch (revision.kind) {
    case 'known':
      return revision.counter;
    case 'unreadable':
      throw codedError('BAD_INPUT', 'after is not a revision: take it from a task or a connection.');
    case 'foreign':
      throw codedError('BAD_INPUT', 'after is a revision of another database. List the tasks anew.');
    case 'future':
      throw codedError(
        'BAD_INPUT',
        'after is a revision that this database has not reached. List the tasks anew.',
      );
    default:
      return revision satisfies never;
  }
}
