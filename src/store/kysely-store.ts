import type { Kysely, Transaction } from 'kysely';
import type { Dialect } from './dialect.ts';
import { readLatestTime, shiftPlans } from './work/clock-set-back.ts';
import { pauseCreates, readAllowance, reserveCreate } from './work/create-budget.ts';
import { purgeDeleted } from './queries/deletion.ts';
import { DueOwners } from './work/due-owners.ts';
import { bringChecksForward, claimDueWork, earliest, readDueTimes, spreadChecks } from './work/due-work.ts';
import { renewLeases } from './work/leases.ts';
import { writeUnchangedCheck } from './work/unchanged-check.ts';
import { insertTask, insertTracked, readKey } from './queries/insert.ts';
import { readSpending } from './queries/ledger.ts';
import { mediaRecords } from './queries/stored-media.ts';
import { readByCallbackToken, readByProviderTask, readTracked } from './reads/lookups.ts';
import { NestedReads } from './reads/nested-reads.ts';
import { readTaskCounts } from './queries/task-counts.ts';
import { countOpenTasks } from './queries/open-tasks.ts';
import { finderOf, readPage, type Finders } from './reads/pages.ts';
import { QueuePositions } from './work/queue-positions.ts';
import { TaskChanges, type Changed } from './queries/change.ts';
import type { MediaRecords } from './media-records.ts';
import type { ProviderFacts } from '../domain/provider-facts.ts';
import { providerFacts } from './queries/provider-facts.ts';
import type { Database } from './tables/database.ts';
import type { IdempotencyKey, InsertConditions, InsertResult, NewVideoTask } from './new-task.ts';
import type { Page, PageRequest, TaskFilter, TaskTotal } from './task-list.ts';
import type { ChangeScope, MaybePromise, RevisionListener, Store, UnchangedCheck } from './store.ts';
import type { Revisions } from './revisions.ts';
import { SharedState } from './shared-state.ts';
import { FilteredTasks } from './reads/filtered-tasks.ts';
import { Slices } from './reads/slices.ts';
import { SpendingSlices } from './reads/spending-slices.ts';
import { SearchIndex, type IndexingRound } from './search/search-index.ts';
import { TasksOfAll } from './reads/tasks-of-all.ts';
import { WorkLimit } from './work-limit.ts';
import { TaskReads } from './reads/task-reads.ts';
import type { Transact, Transactions } from './transactions.ts';
import { insertUpload, readUpload, sumUploadBytes, sweepUploads, useUpload } from './queries/uploads.ts';
import type { Change } from '../domain/state-machine/change.ts';
import { type TaskField, type TaskWith } from '../domain/task-fields.ts';
import type { Owner, ProviderName, TaskId, Transition, Upload, VideoTask } from '../domain/video-task.ts';

/** A store of tables that are up to date. Owns the connections. */
export class KyselyStore implements Store {
  readonly media: MediaRecords;
  readonly providerFacts: ProviderFacts;
  readonly #db: Kysely<Database>;
  readonly #dialect: Dialect;
  readonly #transactions: Transactions;
  readonly #transact: Transact;
  readonly #transactSoon: Transact;
  readonly #transactUnsynced: Transact;
  readonly #reads: TaskReads;
  readonly #dueOwners: DueOwners;
  readonly #nested: NestedReads;
  readonly #finders: Finders;
  readonly #ofAll: TasksOfAll;
  readonly #spending: SpendingSlices;
  readonly #searchIndex: SearchIndex;
  readonly #positions: QueuePositions;
  readonly #changes: TaskChanges;
  readonly shared: SharedState;
  readonly revisions: Revisions;

  constructor(db: Kysely<Database>, dialect: Dialect, revisions: Revisions) {
    this.#db = db;
    this.#dialect = dialect;
    this.#transactions = dialect.transactions(db);
    this.#transact = (...given) => this.#transactions.run(...given);
    this.#transactSoon = (work, keys) => this.#transactions.runSoon(work, keys);
    this.#transactUnsynced = (work, keys) => this.#transactions.runUnsynced(work, keys);
    this.media = mediaRecords(db, this.#transactSoon);
    this.revisions = revisions;
    this.#changes = new TaskChanges(db, dialect);
    this.#dueOwners = new DueOwners(dialect);
    this.#reads = new TaskReads(db, dialect);
    this.#nested = new NestedReads(db);
    this.#ofAll = new TasksOfAll(db);
    const filtered = new FilteredTasks(db);
    this.#finders = { filtered, slices: new Slices(db, filtered) };
    this.#spending = new SpendingSlices(db);
    this.#searchIndex = new SearchIndex(db, { transact: this.#transact, now: () => this.now() });
    this.#positions = new QueuePositions(db);
    this.shared = new SharedState(db, this.#transact, dialect);
    this.providerFacts = providerFacts(db, this.shared);
  }

  get isShared(): boolean {
    return !this.#dialect.isSoleOwner;
  }

  now(): number {
    return this.#dialect.now();
  }

  async insert(
    task: NewVideoTask,
    idempotency: IdempotencyKey | null,
    conditions: InsertConditions = { limitUsd: null },
  ): Promise<InsertResult> {
    const context = { db: this.#db, transact: this.#transact, changes: this.#changes };
    const result = await insertTask(context, task, idempotency, conditions);
    if (result.kind === 'inserted') this.#announce(result.task);
    return result;
  }

  async insertTracked(
    ...[task, conditions]: Parameters<Store['insertTracked']>
  ): ReturnType<Store['insertTracked']> {
    const context = { db: this.#db, transact: this.#transact };
    const result = await insertTracked(context, task, conditions?.openLimit);
    if (result.kind === 'inserted') this.#announce(result.task);
    return result;
  }

  async findKey(...[owner, key]: Parameters<Store['findKey']>): ReturnType<Store['findKey']> {
    const kept = await readKey(this.#db, owner, key);
    // The caller is answered with it.
    if (kept !== null) await this.#transactions.durable();
    return kept;
  }

  get(id: TaskId): MaybePromise<VideoTask | null> {
    return this.#reads.byId(id);
  }

  leaseOwnerOf(id: TaskId): MaybePromise<string | null> {
    return this.#reads.leaseOwner(id);
  }

  getOwn<Field extends TaskField>(
    owner: Owner,
    id: TaskId,
    fields?: readonly Field[],
  ): MaybePromise<TaskWith<Field> | null> {
    return this.#reads.own(owner, id, fields);
  }

  getByProviderTask(provider: ProviderName, providerTaskId: string): Promise<VideoTask | null> {
    return readByProviderTask(this.#db, provider, providerTaskId);
  }

  getTracked(owner: Owner, provider: ProviderName, trackedId: string): Promise<VideoTask | null> {
    return readTracked(this.#db, owner, provider, trackedId);
  }

  getByCallbackToken(token: string): Promise<VideoTask | null> {
    return readByCallbackToken(this.#db, token);
  }

  async page(request: PageRequest): Promise<Page> {
    // Read first: what changes while the page is read is then announced after it.
    const revision = await this.revisions.last();
    const { owner } = request;
    const page =
      owner === null ? this.#ofAll.page(request) : readPage(this.#db, this.#finders, { ...request, owner });
    return { ...(await page), revision };
  }

  async countMatching(
    owner: Owner | null,
    filter: TaskFilter,
    most = Number.POSITIVE_INFINITY,
  ): Promise<TaskTotal> {
    const { value, reached } = await (owner === null
      ? this.#ofAll.count(filter, most)
      : finderOf(filter, this.#finders).count(owner, filter, most, new WorkLimit()));
    return { count: value, isExact: reached === null };
  }

  indexSearch(signal: AbortSignal): Promise<IndexingRound> {
    return this.#searchIndex.update(signal);
  }

  history(id: TaskId): Promise<readonly Transition[]> {
    return this.#nested.history(id);
  }

  getOwnNested(owner: Owner, id: TaskId): Promise<VideoTask | null> {
    return this.#nested.own(owner, id);
  }

  change(id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null> {
    // Workers change tasks by their id: no caller waits for them.
    return this.#change(id, (trx) => this.#changes.byId(trx, id, decide), this.#transactSoon);
  }

  changeOwn(owner: Owner, id: TaskId, decide: (task: VideoTask) => Change | null): Promise<VideoTask | null> {
    return this.#change(id, (trx) => this.#changes.own(trx, owner, id, decide));
  }

  async claim(request: Parameters<Store['claim']>[0]): ReturnType<Store['claim']> {
    const context = {
      transact: this.#transactUnsynced,
      dialect: this.#dialect,
      dueOwners: this.#dueOwners,
    };
    const claimed = await claimDueWork(context, request);
    // A claim moves turns too.
    if (claimed.some(({ stage }) => stage === 'WAITING')) this.#positions.changed();
    return claimed;
  }

  renew(leaseOwners: readonly string[], leaseUntil: number): Promise<readonly TaskId[]> {
    return renewLeases(this.#transactUnsynced, this.#dialect, leaseOwners, leaseUntil);
  }

  noteUnchanged(check: UnchangedCheck): Promise<boolean> {
    return writeUnchangedCheck(this.#transactUnsynced, check);
  }

  insertUpload(upload: Upload): Promise<void> {
    return this.#transact((trx) => insertUpload(trx, upload));
  }

  uploadedBytes(owner: Owner): Promise<number> {
    return sumUploadBytes(this.#db, owner);
  }

  getUpload(...[owner, id]: Parameters<Store['getUpload']>): ReturnType<Store['getUpload']> {
    return readUpload(this.#db, owner, id);
  }

  useUpload(...[owner, id, now]: Parameters<Store['useUpload']>): ReturnType<Store['useUpload']> {
    return this.#transact((trx) => useUpload(trx, owner, id, now));
  }

  sweepUploads(usedBefore: number): ReturnType<Store['sweepUploads']> {
    return sweepUploads(this.#db, usedBefore);
  }

  async nextDueAt(provider: ProviderName): Promise<number | null> {
    const { check, submit } = await readDueTimes(this.#db, provider);
    return earliest([check, submit]);
  }

  dueTimes(provider: ProviderName): ReturnType<Store['dueTimes']> {
    return readDueTimes(this.#db, provider);
  }

  spreadChecks(...[provider, spread]: Parameters<Store['spreadChecks']>): Promise<void> {
    return spreadChecks({ transact: this.#transact, ...this.#dialect }, provider, spread);
  }

  bringChecksForward(...parameters: Parameters<Store['bringChecksForward']>): Promise<boolean> {
    return bringChecksForward(this.#transact, this.#dialect, ...parameters);
  }

  latestTime(): Promise<number | null> {
    return readLatestTime(this.#db);
  }

  async shiftPlans(...[provider, byMs, leasesUntil]: Parameters<Store['shiftPlans']>): Promise<void> {
    await shiftPlans(this.#db, this.#dialect, provider, { byMs, leasesUntil });
    this.#positions.changed();
  }

  queuePosition(task: Parameters<Store['queuePosition']>[0]): MaybePromise<number> {
    return this.#positions.of(task);
  }

  reserveCreate(
    ...[provider, limit]: Parameters<Store['reserveCreate']>
  ): ReturnType<Store['reserveCreate']> {
    return reserveCreate(this.#db, this.#transact, this.#dialect, provider, limit);
  }

  createAllowance(
    ...[provider, limit]: Parameters<Store['createAllowance']>
  ): ReturnType<Store['createAllowance']> {
    return readAllowance(this.#db, provider, limit);
  }

  pauseCreates(provider: ProviderName, until: number): Promise<void> {
    return this.#transact((trx) => pauseCreates(trx, provider, until));
  }

  spending(...[owner, month]: Parameters<Store['spending']>): ReturnType<Store['spending']> {
    return readSpending(this.#db, owner, month);
  }

  spendingReport(
    ...[owner, range]: Parameters<Store['spendingReport']>
  ): ReturnType<Store['spendingReport']> {
    return this.#spending.report(owner, range);
  }

  countOpen(owner: Owner): Promise<number> {
    return countOpenTasks(this.#db, owner);
  }

  taskCounts(): ReturnType<Store['taskCounts']> {
    return readTaskCounts(this.#db);
  }

  purgeDeleted(before: number, signal?: AbortSignal): Promise<void> {
    return purgeDeleted(this.#db, this.#dialect, before, signal);
  }

  async changesAfter(counter: number, scope: ChangeScope): Promise<readonly VideoTask[]> {
    const changes = await this.#reads.changesAfter(counter, scope);
    // Subscribers get them.
    if (changes.length > 0) await this.#transactions.durable();
    return changes;
  }

  lastRevision(): Promise<number> {
    return this.revisions.last();
  }

  formatRevision(counter: number): string {
    return this.revisions.format(counter);
  }

  parseRevision(text: string): ReturnType<Store['parseRevision']> {
    return this.revisions.parse(text);
  }

  onRevision(listener: RevisionListener): Disposable {
    return this.revisions.subscribe(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.revisions.clear();
    await this.#transactions.settled();
    await this.#db.destroy();
  }

  async #change(
    id: TaskId,
    change: (trx: Transaction<Database>) => Promise<Changed | null>,
    transact: Transact = this.#transact,
  ): Promise<VideoTask | null> {
    const changed = await transact(change, [id]);
    if (changed?.announced === true) this.#announce(changed.task);
    else if (changed?.task.stage === 'WAITING') this.#positions.changed();
    return changed?.task ?? null;
  }

  #announce(task: VideoTask): void {
    this.#positions.changed();
    this.revisions.committed(task);
  }
}
