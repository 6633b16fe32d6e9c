import { randomInt } from 'node:crypto';
import type { Kysely, QueryResult, Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { claimDueWork, nextDueAt, reserveCreate } from './due-work.ts';
import { migrations } from './migrations.ts';
import { readPage } from './pages.ts';
import { formatRevision, parseRevision, type Epoch } from './revision.ts';
import type { Database } from './schema.ts';
import type { Change, ChangeScope, IdempotencyKey, InsertResult, NewVideoTask, Store } from './store.ts';
import { fromRow, toRow, type TaskRow } from './task-row.ts';
import { insertUpload, sweepUploads, useUpload } from './uploads.ts';
import type { ProviderName, TaskId, Transition, Upload, VideoTask } from './video-task.ts';

/** What differs between the databases. */
export interface DialectTraits {
  /** Whether rows are locked one by one (PostgreSQL) or the whole database is (SQLite). */
  readonly locksRows: boolean;
  /** Whether this process alone owns the database: a start then frees what the process before had claimed. */
  readonly soleOwner: boolean;
}

/** Brings the tables up to date and opens a new stretch of history. */
export async function openKyselyStore(db: Kysely<Database>, traits: DialectTraits): Promise<Store> {
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error !== undefined) throw new Error('The database could not be brought up to date', { cause: error });
  const epochs = await db.transaction().execute(async (trx) => {
    if (traits.soleOwner) {
      await trx
        .updateTable('tasks')
        .set({ lease_owner: null, lease_until: null })
        .where('lease_owner', 'is not', null)
        .execute();
    }
    return startEpoch(trx);
  });
  return new KyselyStore(db, traits, epochs);
}

/** A start may follow a restored backup, so each one names its own stretch; empty ones are dropped. */
async function startEpoch(trx: Transaction<Database>): Promise<Epoch[]> {
  const first = (await lastCounter(trx)) + 1;
  await trx.deleteFrom('epochs').where('first_revision', '>=', first).execute();
  const rows = await trx.selectFrom('epochs').selectAll().orderBy('seq').execute();
  const added = [{ seq: (rows.at(-1)?.seq ?? 0) + 1, name: epochName(), first_revision: first }];
  // The empty database has a name of its own, which no start drops: a client may go on from there.
  if (rows[0]?.first_revision !== 0) added.unshift({ seq: 0, name: epochName(), first_revision: 0 });
  await trx.insertInto('epochs').values(added).execute();
  return [...rows, ...added]
    .toSorted((a, b) => a.seq - b.seq)
    .map((row) => ({ name: row.name, firstRevision: row.first_revision }));
}

const epochName = (): string =>
  randomInt(2 ** 47)
    .toString(36)
    .padStart(8, '0')
    .slice(-8);

async function lastCounter(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom('revision_counter').select('value').executeTakeFirstOrThrow();
  return row.value;
}

class KyselyStore implements Store {
  readonly #db: Kysely<Database>;
  readonly #traits: DialectTraits;
  readonly #epochs: readonly Epoch[];
  readonly #listeners = new Set<() => void>();
  /** Built once: this read is behind every query and every event. */
  readonly #getById: (id: TaskId) => Promise<QueryResult<TaskRow>>;

  constructor(db: Kysely<Database>, traits: DialectTraits, epochs: readonly Epoch[]) {
    this.#db = db;
    this.#traits = traits;
    this.#epochs = epochs;
    const query = db.selectFrom('tasks').selectAll().where('id', '=', '').compile();
    this.#getById = (id) => db.executeQuery({ ...query, parameters: [id] });
  }

  async insert(task: NewVideoTask, idempotency: IdempotencyKey | null): Promise<InsertResult> {
    const result = await this.#db.transaction().execute(async (trx): Promise<InsertResult> => {
      if (idempotency !== null) {
        const earlier = await takeKey(trx, task, idempotency);
        if (earlier !== null) return earlier;
      }
      const revision = await nextRevision(trx);
      const inserted: VideoTask = { ...task, number: revision, revision };
      await trx.insertInto('tasks').values(toRow(inserted)).execute();
      await addTransition(trx, { taskId: task.id, stage: task.stage, at: task.createdAt, reason: null });
      return { kind: 'inserted', task: inserted };
    });
    if (result.kind === 'inserted') this.#announce();
    return result;
  }

  async get(id: TaskId): Promise<VideoTask | null> {
    const { rows } = await this.#getById(id);
    return rows[0] === undefined ? null : fromRow(rows[0]);
  }

  async getByProviderTask(provider: ProviderName, providerTaskId: string): Promise<VideoTask | null> {
    const row = await this.#db
      .selectFrom('tasks')
      .selectAll()
      .where('provider', '=', provider)
      .where('provider_task_id', '=', providerTaskId)
      .executeTakeFirst();
    return row === undefined ? null : fromRow(row);
  }

  async getByCallbackToken(token: string): Promise<VideoTask | null> {
    const row = await this.#db
      .selectFrom('tasks')
      .selectAll()
      .where('callback_token', '=', token)
      .executeTakeFirst();
    return row === undefined ? null : fromRow(row);
  }

  page(request: Parameters<Store['page']>[0]): ReturnType<Store['page']> {
    return this.#db
      .transaction()
      .execute(async (trx) => ({ ...(await readPage(trx, request)), revision: await lastCounter(trx) }));
  }

  async history(id: TaskId): Promise<readonly Transition[]> {
    const rows = await this.#db
      .selectFrom('transitions')
      .selectAll()
      .where('task_id', '=', id)
      .orderBy('seq')
      .execute();
    return rows.map((row) => ({
      taskId: id,
      stage: row.stage as Transition['stage'],
      at: row.at,
      reason: row.reason,
    }));
  }

  async change(id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null> {
    let announced = false;
    const changed = await this.#db.transaction().execute(async (trx) => {
      const select = trx.selectFrom('tasks').selectAll().where('id', '=', id);
      const row = await (this.#traits.locksRows ? select.forUpdate() : select).executeTakeFirst();
      if (row === undefined) return null;
      const task = fromRow(row);
      const change = decide(task);
      if (change === null) return null;
      // The counter is locked last, so that two writers never wait for each other.
      if (change.transition) await addTransition(trx, change.transition);
      const revision = change.announces ? await nextRevision(trx) : task.revision;
      const patch = { ...change.patch, revision };
      await trx.updateTable('tasks').set(toRow(patch)).where('id', '=', id).execute();
      announced = change.announces;
      return { ...task, ...patch };
    });
    if (announced) this.#announce();
    return changed;
  }

  claim(request: Parameters<Store['claim']>[0]): ReturnType<Store['claim']> {
    return claimDueWork(this.#db, this.#traits, request);
  }

  async renew(leaseOwners: readonly string[], leaseUntil: number): Promise<void> {
    await this.#db
      .updateTable('tasks')
      .set({ lease_until: leaseUntil })
      .where('lease_owner', 'in', leaseOwners)
      .execute();
  }

  insertUpload(upload: Upload): Promise<void> {
    return insertUpload(this.#db, upload);
  }

  useUpload(...[owner, id, now]: Parameters<Store['useUpload']>): ReturnType<Store['useUpload']> {
    return useUpload(this.#db, owner, id, now);
  }

  sweepUploads(usedBefore: number): ReturnType<Store['sweepUploads']> {
    return sweepUploads(this.#db, usedBefore);
  }

  nextDueAt(provider: ProviderName): Promise<number | null> {
    return nextDueAt(this.#db, provider);
  }

  reserveCreate(
    ...[provider, limit]: Parameters<Store['reserveCreate']>
  ): ReturnType<Store['reserveCreate']> {
    return reserveCreate(this.#db, provider, limit);
  }

  async changesAfter(counter: number, scope: ChangeScope): Promise<readonly VideoTask[]> {
    let query = this.#db.selectFrom('tasks').selectAll().where('revision', '>', counter);
    if (scope.owner !== undefined) query = query.where('owner', '=', scope.owner);
    if (scope.upTo !== undefined) query = query.where('revision', '<=', scope.upTo);
    if (scope.openOnly) query = query.where('completed_at', 'is', null);
    const rows = await query.orderBy('revision').limit(scope.limit).execute();
    return rows.map(fromRow);
  }

  lastRevision(): Promise<number> {
    return lastCounter(this.#db);
  }

  formatRevision(counter: number): string {
    return formatRevision(this.#epochs, counter);
  }

  async parseRevision(text: string): ReturnType<Store['parseRevision']> {
    return parseRevision(this.#epochs, await this.lastRevision(), text);
  }

  onRevision(listener: () => void): Disposable {
    // A function of its own for each subscription: one function may subscribe twice.
    const own = () => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    await this.#db.destroy();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Commit order: whoever holds the counter's row commits before the next one reads it. */
async function nextRevision(trx: Transaction<Database>): Promise<number> {
  const row = await trx
    .updateTable('revision_counter')
    .set((expression) => ({ value: expression('value', '+', 1) }))
    .returning('value')
    .executeTakeFirstOrThrow();
  return row.value;
}

async function addTransition(trx: Transaction<Database>, transition: Transition): Promise<void> {
  await trx
    .insertInto('transitions')
    .values((expression) => ({
      task_id: transition.taskId,
      seq: expression
        .selectFrom('transitions')
        .select((inner) => inner(inner.fn.coalesce(inner.fn.max('seq'), inner.lit(0)), '+', 1).as('seq'))
        .where('task_id', '=', transition.taskId),
      stage: transition.stage,
      at: transition.at,
      reason: transition.reason,
    }))
    .execute();
}

/** Writes the key, or answers what the call that wrote it before made. */
async function takeKey(
  trx: Transaction<Database>,
  task: NewVideoTask,
  { key, inputHash }: IdempotencyKey,
): Promise<InsertResult | null> {
  const written = await trx
    .insertInto('idempotency_keys')
    .values({ owner: task.owner, key, input_hash: inputHash, task_id: task.id })
    .onConflict((conflict) => conflict.columns(['owner', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (written !== undefined) return null;
  const earlier = await trx
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('owner', '=', task.owner)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (earlier.input_hash !== inputHash) return { kind: 'conflict' };
  const row = await trx
    .selectFrom('tasks')
    .selectAll()
    .where('id', '=', earlier.task_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? { kind: 'gone' } : { kind: 'repeated', task: fromRow(row) };
}
