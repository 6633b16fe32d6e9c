import type { Owner, TaskId, VisibleTask } from '../domain/video-task.ts';
import { everyOwner } from '../events/feed.ts';
import type { MaybePromise } from '../store/store.ts';
import { onTask } from './access.ts';
import type { Builder } from './builder.ts';
import { TaskStatusSource, type Context } from './context.ts';
import { codedError } from './errors.ts';
import { fromGlobalId } from '../domain/task-names/global-id.ts';
import { declareTaskFeedFilter, feedFilterOf } from './task-filters.ts';
import type { VideoTaskRef } from './video-task.ts';

/** `taskStatusChanged`: the states of tasks as they change. */
export function declareTaskStatusChanged(builder: Builder, VideoTask: VideoTaskRef): void {
  builder.subscriptionType({ description: 'Pushed events, over WebSocket and text/event-stream alike.' });
  const Filter = declareTaskFeedFilter(builder);
  builder.subscriptionField('taskStatusChanged', (t) =>
    t.field({
      type: VideoTask,
      description:
        'With `id`: the present state of the task, then each later state; the subscription ends after a terminal state. ' +
        'Without `id`: each unfinished task of the viewer, then every later state of any task. ' +
        'With `filter`: the same, of the tasks that it lets pass. ' +
        'With `after`: only what changed since that revision, then the later states. ' +
        'Intermediate states may be merged; the newest state and every terminal state are delivered.',
      args: {
        id: t.arg.id({
          description:
            'The id of a task; without it, all tasks of the viewer, for an admin those of all owners.',
        }),
        after: t.arg.string({
          description: 'The last `revision` that was received, to continue without a gap.',
        }),
        filter: t.arg({
          type: Filter,
          description: 'Narrows the events of all tasks; not together with `id`.',
        }),
      },
      subscribe: async (_root, { id, after, filter }, context) => {
        // An error here ends the operation and leaves the socket alone.
        const counter = typeof after === 'string' ? await counterOf(after, context) : null;
        const taskId = typeof id === 'string' ? fromGlobalId(id) : null;
        if (typeof id === 'string' && taskId === null) throw unknownTask();
        if (taskId !== null && filter) {
          throw codedError('BAD_INPUT', 'filter narrows the feed of all tasks: omit it, or omit id.');
        }
        const owner = await watchedOwner(context, taskId);
        return new TaskStatusSource(owner, taskId, counter, feedFilterOf(filter));
      },
      // The operation is executed once for each revision, with the task as its root value.
      resolve: (task: unknown) => task as VisibleTask,
    }),
  );
}

/** An admin watches the task of any owner, and without one the tasks of all. */
function watchedOwner(context: Context, id: TaskId | null): MaybePromise<Owner> {
  if (id !== null) return onTask(context, id, (owner) => owner);
  return context.viewer.isAdmin === true ? everyOwner : context.viewer.owner;
}

/** The error for a task that does not exist, and equally for a task of another owner. */
export const unknownTask = () => codedError('NOT_FOUND', 'The viewer has no such task.');

async function counterOf(after: string, { store }: Context): Promise<number> {
  const revision = await store.parseRevision(after);
  switch (revision.kind) {
    case 'known':
      return revision.counter;
    case 'unreadable':
      throw codedError('BAD_INPUT', 'after is not a revision: use the revision of a task or a connection.');
    case 'foreign':
      throw codedError('BAD_INPUT', 'after is a revision of another database. List the tasks again.');
    case 'future':
      throw codedError(
        'BAD_INPUT',
        'after is a revision that this database has not reached. List the tasks again.',
      );
    default:
      return revision satisfies never;
  }
}
