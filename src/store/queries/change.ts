import type { CompiledQuery, Kysely, Transaction } from 'kysely';
import { nameMedia } from './begun-media.ts';
import { addTransition, nextRevision } from './history.ts';
import { bookSecondBill, correctBooking } from './ledger.ts';
import { removeOpenTask } from './open-tasks.ts';
import { refuseTaken } from './provider-ids.ts';
import type { Database } from '../tables/database.ts';
import { fromRow, taskColumns, toRow, valuesOf, type TaskRow } from '../tables/tasks.ts';
import type { Change } from '../../domain/state-machine/change.ts';
import { patched } from '../../domain/task-fields.ts';
import type { Owner, TaskId, VideoTask } from '../../domain/video-task.ts';

/** A task after its change. */
export interface Changed {
  readonly task: VideoTask;
  /** True if the change took a new revision. */
  readonly announced: boolean;
}

type Decide = (task: VideoTask) => Change | null;

/** The query that reads the row of a change, and locks it. */
interface RowToChange {
  readonly query: CompiledQuery<TaskRow>;
  readonly parameters: readonly string[];
}

/** Changes of tasks, with all that is written together with them. The queries are built once, since they run often. */
export class TaskChanges {
  readonly #db: Kysely<Database>;
  readonly #byId: CompiledQuery<TaskRow>;
  readonly #own: CompiledQuery<TaskRow>;
  /** By the columns that are set: as many as there are kinds of changes. */
  readonly #updates = new Map<string, CompiledQuery>();

  /** @param traits whether rows are locked one by one */
  constructor(db: Kysely<Database>, { locksRows }: { readonly locksRows: boolean }) {
    this.#db = db;
    const byId = db.selectFrom('tasks').select(taskColumns).where('id', '=', '');
    const own = byId.where('owner', '=', '').where('deleted_at', 'is', null);
    this.#byId = (locksRows ? byId.forUpdate() : byId).compile();
    this.#own = (locksRows ? own.forUpdate() : own).compile();
  }

  /** Changes a task of any owner; null where it is unknown or `decide` returns null. */
  byId(trx: Transaction<Database>, id: TaskId, decide: Decide): Promise<Changed | null> {
    return this.#change(trx, { query: this.#byId, parameters: [id] }, decide);
  }

  /** The same for a task of this owner that is not deleted. */
  own(trx: Transaction<Database>, owner: Owner, id: TaskId, decide: Decide): Promise<Changed | null> {
    return this.#change(trx, { query: this.#own, parameters: [id, owner] }, decide);
  }

  async #change(
    trx: Transaction<Database>,
    { query, parameters }: RowToChange,
    decide: Decide,
  ): Promise<Changed | null> {
    const [row] = (await trx.executeQuery<TaskRow>({ ...query, parameters })).rows;
    if (row === undefined) return null;
    const task = fromRow(row);
    const { id } = task;
    const change = decide(task);
    if (change === null) return null;
    const { provider, cost, result } = change.patch;
    await refuseTaken(trx, task, provider);
    if (task.result.completedAt === null && result?.completedAt) await removeOpenTask(trx, task.owner);
    if (cost !== undefined) await correctBooking(trx, id, cost);
    if (change.secondBill !== undefined) await bookSecondBill(trx, task, change.secondBill);
    if (result?.video) await nameMedia(trx, result.video.mediaKey);
    if (change.transition) await addTransition(trx, change.transition);
    // The counter is locked last, so that two writers never wait for each other.
    const revision = change.announces ? await nextRevision(trx) : task.revision;
    const patch = { ...change.patch, revision };
    await trx.executeQuery(this.#update(id, toRow(patch)));
    return { task: patched(task, patch), announced: change.announces };
  }

  /** Changes set the same few columns over and over: to build the query each time cost as much as to run it. */
  #update(id: TaskId, row: Partial<TaskRow>): CompiledQuery {
    const columns = Object.keys(row) as (keyof TaskRow)[];
    const key = columns.join();
    let query = this.#updates.get(key);
    if (query === undefined) {
      query = this.#db.updateTable('tasks').set(row).where('id', '=', id).compile();
      this.#updates.set(key, query);
    }
    return { ...query, parameters: [...valuesOf(row, columns), id] };
  }
}
