import type { Change } from '../../../src/domain/state-machine/change.ts';
import type { PageRequest } from '../../../src/store/task-list.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Owner, TaskId, VideoTask } from '../../../src/domain/video-task.ts';
import type { TaskPatch } from '../../../src/domain/task-fields.ts';
import { sampleTask, sampleTime, type TaskOverrides } from '../../support/sample-task.ts';

/** One empty database of its own, gone with its disposal. */
export interface TestDatabase extends AsyncDisposable {
  /** Opens it, as a start of the server does; the same database each time. */
  open(): Promise<Store>;
  /** Copies it while no store has it open; calling the answer puts the copy in its place. */
  backUp(): Promise<() => Promise<void>>;
  /** Whether one process owns the database, so that a start frees every lease. */
  readonly soleOwner: boolean;
}

export const other = 'key:other' as Owner;
export const now = sampleTime;

export const announced = (patch: TaskPatch): Change => ({
  patch,
  announces: true,
  transition: null,
});
export const quiet = (patch: TaskPatch): Change => ({ patch, announces: false, transition: null });

export async function insert(store: Store, overrides: TaskOverrides = {}): Promise<VideoTask> {
  const result = await store.insert(sampleTask(overrides), null);
  if (result.kind !== 'inserted') throw new Error(`Not inserted: ${result.kind}`);
  return result.task;
}

export async function insertTracked(store: Store, task: Parameters<Store['insertTracked']>[0]) {
  const result = await store.insertTracked(task);
  if (result.kind === 'tooManyOpen') throw new Error(`Not inserted: ${result.kind}`);
  return result;
}

export async function insertMany(
  store: Store,
  count: number,
  overrides: (index: number) => TaskOverrides = () => ({}),
): Promise<VideoTask[]> {
  const tasks: VideoTask[] = [];
  for (let index = 0; index < count; index += 1) tasks.push(await insert(store, overrides(index)));
  return tasks;
}

export const ids = (tasks: readonly VideoTask[]): TaskId[] => tasks.map(({ id }) => id);
export const fullUntil = (freeAt: number) => ({ kind: 'full', freeAt });
export const parallel = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

/** How the tests of one kind of store get at it. */
export interface StoreTests {
  /** Runs a test on a fresh database that is open. */
  readonly withStore: (run: (store: Store, database: TestDatabase) => Promise<void>) => () => Promise<void>;
  /** Runs a test that opens its fresh database itself, as often as it likes. */
  readonly withDatabase: (run: (database: TestDatabase) => Promise<void>) => () => Promise<void>;
  readonly createDatabase: () => Promise<TestDatabase>;
}

/** The tests' way to the databases that `createDatabase` makes. */
export const storeTests = (createDatabase: () => Promise<TestDatabase>): StoreTests => ({
  withStore: (run) => async () => {
    await using database = await createDatabase();
    await using store = await database.open();
    await run(store, database);
  },
  withDatabase: (run) => async () => {
    await using database = await createDatabase();
    await run(database);
  },
  createDatabase,
});

export const listOf = (owner: Owner): PageRequest => ({ owner, filter: {}, from: 'newest', limit: 100 });

export const claimBy = (leaseOwner: string) => ({
  provider: 'KIE' as const,
  now,
  limit: 100,
  leaseOwner,
  leaseUntil: now + 1000,
});
