import type { Message } from '../../domain/messages.ts';
import type { Kysely } from 'kysely';
import { BatchedRead } from './batched-read.ts';
import type { Database } from '../tables/database.ts';
import { fromRow } from '../tables/tasks.ts';
import type { Owner, TaskId, Transition, VideoTask } from '../../domain/video-task.ts';

/** The reads that answers make for each task of a page: those that are asked for together are one query. */
export class NestedReads {
  readonly #histories: BatchedRead<TaskId, Transition[]>;
  readonly #tasks: BatchedRead<TaskId, VideoTask>;

  constructor(db: Kysely<Database>) {
    this.#histories = new BatchedRead((ids) => readHistories(db, ids));
    this.#tasks = new BatchedRead((ids) => readLive(db, ids));
  }

  /** The steps of a task, oldest first. */
  async history(id: TaskId): Promise<readonly Transition[]> {
    return (await this.#histories.load(id)) ?? [];
  }

  /** A task as its owner sees it: another owner's, an unknown and a deleted one are null alike. */
  async own(owner: Owner, id: TaskId): Promise<VideoTask | null> {
    const task = await this.#tasks.load(id);
    return task?.owner === owner ? task : null;
  }
}

async function readHistories(
  db: Kysely<Database>,
  ids: readonly TaskId[],
): Promise<ReadonlyMap<TaskId, Transition[]>> {
  const rows = await db
    .selectFrom('transitions')
    .selectAll()
    .where('task_id', 'in', ids)
    .orderBy('task_id')
    .orderBy('seq')
    .execute();
  const histories = new Map<TaskId, Transition[]>();
  for (const { task_id, stage, at, reason, reason_messages } of rows) {
    const taskId = task_id as TaskId;
    const history = histories.get(taskId) ?? [];
    history.push({
      taskId,
      stage: stage as Transition['stage'],
      at,
      reason,
      // Our own writes are the only source of rows.
      reasonMessages: reason_messages === null ? null : (JSON.parse(reason_messages) as Message[]),
    });
    histories.set(taskId, history);
  }
  return histories;
}

async function readLive(
  db: Kysely<Database>,
  ids: readonly TaskId[],
): Promise<ReadonlyMap<TaskId, VideoTask>> {
  const rows = await db
    .selectFrom('tasks')
    .selectAll()
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .execute();
  return new Map(rows.map(fromRow).map((task) => [task.id, task]));
}
