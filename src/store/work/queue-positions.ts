import { sql, type Kysely } from 'kysely';
import type { Database } from '../tables/database.ts';
import type { MaybePromise, WaitingTask } from '../store.ts';
import type { Owner, ProviderName } from '../../domain/video-task.ts';

/** Waiting tasks that one statement reads: some 4 ms. */
const sliceSize = 5000;
/** Without a write of this process, a queue that was read is good for so long: other instances write too. */
const freshForMs = 250;
/**
 * The greatest age of the position in a long queue, in milliseconds for each waiting task. Reading one costs about 1 µs, so
 * positions cost at most 5 % of a busy process, however many are requested.
 */
const keptMsPerTask = 0.02;
/** Shorter ones are always as of the last write. */
const shortQueue = 2000;

/**
 * The number of tasks that are sent before one that waits, if no other comes: its owner's older ones, and of each other owner
 * as many as have their turn until then.
 *
 * A queue is read once, as one owner sees it, for all of the owner's tasks that are asked about until it changes.
 */
export class QueuePositions {
  readonly #db: Kysely<Database>;
  readonly #queues = new Map<string, { readonly queue: Promise<Queue>; read: ReadQueue | null }>();
  #writes = 0;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Must be called after each write that may have changed what waits, or whose turn is next. */
  changed(): void {
    this.#writes += 1;
  }

  /** The position of a waiting task, from 0. */
  of(task: WaitingTask): MaybePromise<number> {
    const key = `${task.provider.name} ${task.owner}`;
    const known = this.#queues.get(key);
    if (known !== undefined) {
      // While it is being read, all who ask wait for that read.
      if (known.read === null) return known.queue.then((queue) => queue.positionOf(task));
      if (this.#isGood(known.read)) return known.read.queue.positionOf(task);
    }
    const writes = this.#writes;
    const entry: { queue: Promise<Queue>; read: ReadQueue | null } = {
      queue: readQueue(this.#db, task.provider.name, task.owner),
      read: null,
    };
    this.#queues.set(key, entry);
    return entry.queue.then(
      (queue) => {
        entry.read = { queue, writes, at: performance.now() };
        this.#forgetOld();
        return queue.positionOf(task);
      },
      (error: unknown) => {
        if (this.#queues.get(key) === entry) this.#queues.delete(key);
        throw error;
      },
    );
  }

  #isGood({ queue, writes, at }: ReadQueue): boolean {
    const age = performance.now() - at;
    const isCurrent = writes === this.#writes && age < freshForMs;
    return isCurrent || (queue.length >= shortQueue && age < queue.length * keptMsPerTask);
  }

  #forgetOld(): void {
    for (const [key, { read }] of this.#queues) {
      if (read !== null && !this.#isGood(read)) this.#queues.delete(key);
    }
  }
}

interface ReadQueue {
  readonly queue: Queue;
  /** The number of writes when it was begun to be read. */
  readonly writes: number;
  readonly at: number;
}

/** The waiting tasks of a provider from the view of one owner. */
class Queue {
  /** The number of waiting tasks of all owners. */
  readonly length: number;
  /** The owner's own ones in the order in which they are sent. */
  readonly #own: readonly Place[];
  /** The number of tasks of each other owner, ascending, and the sums of the first 0, 1, 2, … of them. */
  readonly #others: readonly number[];
  readonly #sums: readonly number[];
  /** The same counts of those whose turn is before the owner's, ascending. */
  readonly #ahead: readonly number[];

  constructor(
    own: readonly Place[],
    others: readonly { readonly count: number; readonly isAhead: boolean }[],
  ) {
    this.#own = own;
    const ascending = others.toSorted((a, b) => a.count - b.count);
    this.#others = ascending.map(({ count }) => count);
    this.#ahead = ascending.filter(({ isAhead }) => isAhead).map(({ count }) => count);
    let sum = 0;
    this.#sums = [0, ...this.#others.map((count) => (sum += count))];
    this.length = sum + own.length;
  }

  /** The n-th of an owner is sent in the n-th round, and in each round one of each owner in turn. */
  positionOf({ work: { dueAt }, number }: WaitingTask): number {
    const place = { dueAt: dueAt ?? 0, number };
    const round = countWhere(this.#own, (other) => isBefore(other, place));
    const upToRound = countWhere(this.#others, (count) => count <= round);
    const earlierRounds = (this.#sums[upToRound] ?? 0) + (this.#others.length - upToRound) * round;
    const thisRound = this.#ahead.length - countWhere(this.#ahead, (count) => count <= round);
    return round + earlierRounds + thisRound;
  }
}

interface Place {
  readonly dueAt: number;
  readonly number: number;
}

const isBefore = (a: Place, b: Place): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.number < b.number);

/** The number of items at the beginning of a list that are such: after the first that is not, none is. */
function countWhere<Item>(items: readonly Item[], isSuch: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isSuch(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readQueue(db: Kysely<Database>, provider: ProviderName, owner: Owner): Promise<Queue> {
  const waiting = db
    .selectFrom('tasks')
    .where('provider', '=', provider)
    // A literal: SQLite uses a partial index only for what it can read in the query.
    .where('stage', '=', sql.lit('WAITING'));
  const counts = await waiting
    .select((expression) => ['owner', expression.fn.countAll<number | string>().as('count')])
    .groupBy('owner')
    .execute();
  const turns = await db
    .selectFrom('turns')
    .select(['owner', 'turn'])
    .where('provider', '=', provider)
    .execute();
  const turnByOwner = new Map(turns.map((row) => [row.owner, row.turn]));
  const turnOf = (each: string) => turnByOwner.get(each) ?? 0;
  const ownTurn = turnOf(owner);

  const own: Place[] = [];
  for (let last: Place | undefined; ;) {
    const start = last;
    const rows = await waiting
      .select(['due_at', 'number'])
      .where('owner', '=', owner)
      .where('due_at', 'is not', null)
      .$if(start !== undefined, (query) =>
        query.where((expression) =>
          expression(
            expression.refTuple('due_at', 'number'),
            '>',
            expression.tuple(start?.dueAt ?? 0, start?.number ?? 0),
          ),
        ),
      )
      .orderBy('due_at')
      .orderBy('number')
      .limit(sliceSize)
      .execute();
    for (const row of rows) own.push({ dueAt: Number(row.due_at), number: row.number });
    last = own.at(-1);
    if (rows.length < sliceSize) break;
  }
  return new Queue(
    own,
    counts
      .filter((row) => row.owner !== owner)
      .map((row) => {
        const turn = turnOf(row.owner);
        return {
          count: Number(row.count),
          isAhead: turn < ownTurn || (turn === ownTurn && row.owner < owner),
        };
      }),
  );
}
