import type { CompiledQuery, Kysely, Transaction } from 'kysely';
import { changeTaskMedia } from './stored-media.ts';
import { addTransition, nextRevision } from './history.ts';
import { bookSecondBill, correctBooking } from './ledger.ts';
import { removeOpenTask } from './open-tasks.ts';
import { refuseTaken } from './provider-ids.ts';
import type { Dialect } from '../dialect.ts';
import type { Statement } from '../statement.ts';
import type { Database } from '../tables/database.ts';
import { fromRow, fromValues, taskColumns, toRow, valuesOf, type TaskRow } from '../tables/tasks.ts';
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

/** A change that was decided, and whose row is locked until it is written. */
interface Decided {
  readonly task: VideoTask;
  readonly change: Change;
}

/** The query that reads the row of a change, and locks it. */
interface RowToChange {
  readonly id: TaskId;
  readonly query: CompiledQuery<TaskRow>;
  readonly parameters: readonly string[];
}

const taskOf = (values: readonly unknown[] | null): VideoTask | null => values && fromValues(values);

/** Changes of tasks, with all that is written together with them. The queries are built once, since they run often. */
export class TaskChanges {
  readonly #db: Kysely<Database>;
  readonly #readNow: Dialect['readOneInWrite'];
  readonly #byId: CompiledQuery<TaskRow>;
  readonly #own: CompiledQuery<TaskRow>;
  /** By the columns that are set: as many as there are kinds of changes. */
  readonly #updates = new Map<string, CompiledQuery>();

  constructor(
    db: Kysely<Database>,
    { locksRows, readOneInWrite }: Pick<Dialect, 'locksRows' | 'readOneInWrite'>,
  ) {
    this.#db = db;
    this.#readNow = readOneInWrite;
    const byId = db.selectFrom('tasks').select(taskColumns).where('id', '=', '');
    const own = byId.where('owner', '=', '').where('deleted_at', 'is', null);
    this.#byId = (locksRows ? byId.forUpdate() : byId).compile();
    this.#own = (locksRows ? own.forUpdate() : own).compile();
  }

  /** Changes a task of any owner; null where it is unknown or `decide` returns null. */
  async byId(trx: Transaction<Database>, id: TaskId, decide: Decide): Promise<Changed | null> {
    return this.#change(trx, await this.#decide(trx, { id, query: this.#byId, parameters: [id] }, decide));
  }

  /** The same for a task of this owner that is not deleted. */
  async own(trx: Transaction<Database>, owner: Owner, id: TaskId, decide: Decide): Promise<Changed | null> {
    return this.#change(trx, await this.decideOwn(trx, owner, id, decide));
  }

  /**
   * The steps of `own` one by one, for a transaction that writes more. All transactions lock in one order, so that none
   * waits for another that waits for it: rows of tasks, open tasks, money, the use of storage, the counter of revisions.
   */
  decideOwn(trx: Transaction<Database>, owner: Owner, id: TaskId, decide: Decide): Promise<Decided | null> {
    return this.#decide(trx, { id, query: this.#own, parameters: [id, owner] }, decide);
  }

  async countEnded(trx: Transaction<Database>, { task, change }: Decided): Promise<void> {
    if (task.result.completedAt === null && change.patch.result?.completedAt) {
      await removeOpenTask(trx, task.owner);
    }
  }

  async bookCost(trx: Transaction<Database>, { task, change }: Decided): Promise<void> {
    if (change.patch.cost !== undefined) await correctBooking(trx, task.id, change.patch.cost);
    if (change.secondBill !== undefined) await bookSecondBill(trx, task, change.secondBill);
  }

  async write(trx: Transaction<Database>, { task, change }: Decided): Promise<Changed> {
    if (change.patch.result?.video !== undefined || change.patch.deletedAt !== undefined) {
      await changeTaskMedia(trx, task, patched(task, change.patch));
    }
    if (change.stepBefore) await addTransition(trx, change.stepBefore);
    if (change.transition) await addTransition(trx, change.transition);
    const revision = change.announces ? await nextRevision(trx) : task.revision;
    const patch = { ...change.patch, revision };
    await trx.executeQuery(this.#update(task.id, toRow(patch)));
    return { task: patched(task, patch), announced: change.announces };
  }

  async #decide(
    trx: Transaction<Database>,
    { id, query, parameters }: RowToChange,
    decide: Decide,
  ): Promise<Decided | null> {
    const task =
      this.#readNow === undefined
        ? await this.#read(trx, { ...query, parameters, locks: { kind: 'task', key: id } })
        : taskOf(this.#readNow(query.sql, parameters));
    if (task === null) return null;
    const change = decide(task);
    if (change === null) return null;
    await refuseTaken(trx, task, change.patch.provider);
    return { task, change };
  }

  async #read(trx: Transaction<Database>, read: Statement<TaskRow>): Promise<VideoTask | null> {
    const [row] = (await trx.executeQuery<TaskRow>(read)).rows;
    return row === undefined ? null : fromRow(row);
  }

  async #change(trx: Transaction<Database>, decided: Decided | null): Promise<Changed | null> {
    if (decided === null) return null;
    await this.countEnded(trx, decided);
    await this.bookCost(trx, decided);
    return this.write(trx, decided);
  }

  /** Changes set the same few columns over and over: to build the query each time cost as much as to run it. */
  #update(id: TaskId, row: Partial<TaskRow>): Statement {
    const columns = Object.keys(row) as (keyof TaskRow)[];
    const key = columns.join();
    let query = this.#updates.get(key);
    if (query === undefined) {
      query = this.#db.updateTable('tasks').set(row).where('id', '=', id).compile();
      this.#updates.set(key, query);
    }
    return { ...query, parameters: [...valuesOf(row, columns), id], isBlind: true };
  }
}
