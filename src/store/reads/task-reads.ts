import { sql, type CompiledQuery, type Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { ChangeScope, MaybePromise } from '../store.ts';
import {
  columnOf,
  fromRow,
  fromValues,
  readerOf,
  taskColumns,
  valuesOf,
  type ColumnName,
  type TaskRow,
} from '../tables/tasks.ts';
import type { TaskField, TaskWith } from '../../domain/task-fields.ts';
import type { Owner, TaskId, VideoTask } from '../../domain/video-task.ts';

/** The values of a row, in the order of its query's columns. */
type Values = readonly unknown[];

/** Reads without a queue, where the database has them. */
export interface PresentReads {
  /**
   * Reads what was committed last, at once; null while a transaction is open or the store has used up the event-loop
   * iteration, and the read has to queue. Under load the queue costs more than the read.
   */
  readonly readNow?: (sql: string, parameters: readonly unknown[]) => readonly Values[] | null;
  /** As `readNow`, one row; undefined where the read has to queue, null where there is no row. */
  readonly readOneNow?: (sql: string, parameters: readonly unknown[]) => Values | null | undefined;
  /** Reads one row within the open transaction, whichever it is, at once; null where there is no row. */
  readonly readOneInWrite?: (sql: string, parameters: readonly unknown[]) => Values | null;
}

/** A query that is built once, and how its rows are read. */
interface Read<Value> {
  readonly query: CompiledQuery<Partial<TaskRow>>;
  readonly columns: readonly ColumnName[];
  readonly from: (values: Values) => Value;
}

const whole = (query: CompiledQuery<Partial<TaskRow>>): Read<VideoTask> => ({
  query,
  columns: taskColumns,
  from: fromValues,
});

/** Changed tasks in the order of revisions. The limit is a literal: SQLite takes 60 µs to plan for a bound one. */
const changedAfter = (db: Kysely<Database>, counter: number, limit: number) =>
  db
    .selectFrom('tasks')
    .select(taskColumns)
    .where('revision', '>', counter)
    .orderBy('revision')
    .limit(sql.lit(limit));

/** The reads of single tasks and of changes; their queries are built once. */
export class TaskReads {
  readonly #db: Kysely<Database>;
  readonly #present: PresentReads;
  readonly #byId: Read<VideoTask>;
  readonly #own: Read<VideoTask>;
  readonly #leaseOwner: Read<string | null>;
  /** By the list of fields itself, and forgotten with it. */
  readonly #ownFields = new WeakMap<readonly TaskField[], Read<object>>();
  /** By limit. */
  readonly #changes = new Map<number, Read<VideoTask>>();

  constructor(db: Kysely<Database>, present: PresentReads) {
    this.#db = db;
    this.#present = present;
    this.#byId = whole(db.selectFrom('tasks').select(taskColumns).where('id', '=', '').compile());
    this.#own = whole(this.#ownQuery(taskColumns));
    const columns = ['lease_owner'] as const;
    const query = db.selectFrom('tasks').select(columns).where('id', '=', '').compile();
    this.#leaseOwner = { query, columns, from: ([owner]) => owner as string | null };
  }

  byId(id: TaskId): MaybePromise<VideoTask | null> {
    return this.#readOne(this.#byId, [id]);
  }

  /** The name of the claim that holds a task. */
  leaseOwner(id: TaskId): MaybePromise<string | null> {
    return this.#readOne(this.#leaseOwner, [id]);
  }

  /** A task as its owner sees it; only some fields where they are named. */
  own<Field extends TaskField>(
    owner: Owner,
    id: TaskId,
    fields?: readonly Field[],
  ): MaybePromise<TaskWith<Field> | null> {
    const read: Read<TaskWith<Field>> = fields === undefined ? this.#own : this.#ownRead(fields);
    return this.#readOne(read, [id, owner]);
  }

  /** Tasks that changed after a revision, in that order. */
  changesAfter(
    counter: number,
    { limit, owner, upTo, openOnly, label, group }: ChangeScope,
  ): MaybePromise<readonly VideoTask[]> {
    if (owner === undefined && upTo === undefined && !openOnly) return this.#allAfter(counter, limit);
    let query = changedAfter(this.#db, counter, limit);
    if (owner !== undefined) query = query.where('owner', '=', owner);
    if (upTo !== undefined) query = query.where('revision', '<=', upTo);
    if (openOnly) query = query.where('completed_at', 'is', null);
    if (label !== undefined) query = query.where('label', '=', label);
    if (group !== undefined) query = query.where('task_group', '=', group);
    return query.execute().then((rows) => rows.map(fromRow));
  }

  #allAfter(counter: number, limit: number): MaybePromise<readonly VideoTask[]> {
    let read = this.#changes.get(limit);
    if (read === undefined) {
      read = whole(changedAfter(this.#db, 0, limit).compile());
      this.#changes.set(limit, read);
    }
    const now = this.#present.readNow?.(read.query.sql, [counter]) ?? null;
    return now?.map(read.from) ?? this.#readInTurn(read, [counter]);
  }

  #ownQuery(columns: readonly ColumnName[]): CompiledQuery<Partial<TaskRow>> {
    return this.#db
      .selectFrom('tasks')
      .select(columns)
      .where('id', '=', '')
      .where('owner', '=', '')
      .where('deleted_at', 'is', null)
      .compile();
  }

  #ownRead<Field extends TaskField>(fields: readonly Field[]): Read<TaskWith<Field>> {
    let read = this.#ownFields.get(fields) as Read<TaskWith<Field>> | undefined;
    if (read === undefined) {
      const columns = fields.map(columnOf);
      read = { query: this.#ownQuery(columns), columns, from: readerOf(fields) };
      this.#ownFields.set(fields, read);
    }
    return read;
  }

  #readOne<Value>(read: Read<Value>, parameters: readonly unknown[]): MaybePromise<Value | null> {
    const now = this.#present.readOneNow?.(read.query.sql, parameters);
    if (now !== undefined) return now === null ? null : read.from(now);
    return this.#readInTurn(read, parameters).then(([value]) => value ?? null);
  }

  async #readInTurn<Value>(
    { query, columns, from }: Read<Value>,
    parameters: readonly unknown[],
  ): Promise<readonly Value[]> {
    const { rows } = await this.#db.executeQuery<Partial<TaskRow>>({ ...query, parameters });
    return rows.map((row) => from(valuesOf(row, columns)));
  }
}
