import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Dialect } from '../dialect.ts';
import { prepared } from '../queries/prepared.ts';
import type { Database } from '../tables/database.ts';
import type { Owner, ProviderName } from '../../domain/video-task.ts';

/** Work that owners share slots for. */
export type SharedWork = 'check' | 'submit';

/** An owner with due work. */
export interface DueOwner {
  readonly owner: Owner;
  /** The last claim of the owner's work for sending: a count, not a time; 0: never. */
  readonly turn: number;
  /** The time at which the first of the owner's work was due, in milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * Due rows that are read to see whose they are. A read of 500 index entries took 0.1 ms (2 cores, 2026-11): fewer
 * lead to a walk more often, more are read for nothing.
 */
const windowRows = 500;
/**
 * Owners that one walk passes for each slot, and at most, at about 5 µs each. More than 20 for one slot would be passed for nothing
 * by nearly all claims; a claim of ten slots and more passes 200.
 */
const [ownersForSlot, mostOwners] = [20, 200];

/** The condition of each kind of work; literals, so that SQLite finds the partial indexes. */
const conditions: Record<SharedWork, RawBuilder<boolean>> = {
  check: sql<boolean>`next_action = 'check' and lease_owner is null`,
  submit: sql<boolean>`stage = 'WAITING' and next_action = 'submit' and lease_owner is null`,
};

/**
 * Finds owners with due work, at a cost that grows neither with the rows nor with the owners.
 *
 * Up to 500 due tasks: exactly their owners. Beyond, the owners of the 500 that are due first, and of a stretch of
 * all owners in their order, which goes on where the last one ended. One stretch has 20 owners for each slot: so each owner is
 * passed twenty times for each slot that it would get if all took turns.
 */
export class DueOwners {
  readonly #walks: typeof walksByColumn;
  /** The position from which the walk through the owners continues, by provider and work. */
  readonly #passed = new Map<string, string>();

  constructor({ locksRows }: Pick<Dialect, 'locksRows'>) {
    this.#walks = locksRows ? walksByRow : walksByColumn;
  }

  /**
   * Owners with due work; empty only where nothing is due. In no particular order.
   *
   * @param slots how much work is taken
   */
  async find(
    db: Kysely<Database>,
    work: SharedWork,
    { provider, now }: { readonly provider: ProviderName; readonly now: number },
    slots: number,
  ): Promise<readonly DueOwner[]> {
    const { rows } = await db.executeQuery(soonestOwners[work](db, { provider, now }));
    const soonest = rows.map(readOwner);
    const seen = rows.reduce((sum, { tasks }) => sum + Number(tasks), 0);
    if (seen < windowRows) return soonest;
    const known = new Set(soonest.map(({ owner }) => owner));
    const walked = await this.#walk(db, work, provider, Math.min(mostOwners, ownersForSlot * slots));
    return [...soonest, ...walked.filter(({ owner, dueAt }) => dueAt <= now && !known.has(owner))];
  }

  /** The next owners in their order, each with its soonest work, due or not. */
  async #walk(
    db: Kysely<Database>,
    work: SharedWork,
    provider: string,
    length: number,
  ): Promise<readonly DueOwner[]> {
    const key = `${work} ${provider}`;
    const after = this.#passed.get(key) ?? '';
    const { rows } = await db.executeQuery(this.#walks[work](db, { provider, after, length }));
    // After the last owner it begins again.
    const last = rows.length < length ? undefined : rows.at(-1);
    if (last === undefined) this.#passed.delete(key);
    else this.#passed.set(key, last.owner);
    return rows.map(readOwner);
  }
}

interface Stretch {
  readonly provider: string;
  /** The owner before the first. */
  readonly after: string;
  /** The number of owners. */
  readonly length: number;
}

/** `walked`: owners of open work in their order, each with its soonest time. */
type Steps = (work: RawBuilder<unknown>, stretch: Stretch) => RawBuilder<unknown>;

const walkOf = (work: SharedWork, steps: Steps) =>
  prepared<Stretch, OwnerRow>((db, stretch) => {
    const open = sql`tasks where tasks.provider = ${stretch.provider} and ${conditions[work]}`;
    return sql<OwnerRow>`
      with recursive ${steps(open, stretch)}
      select walked.owner as owner, coalesce(turns.turn, 0) as turn, walked.due_at as "dueAt"
      from walked left join turns on turns.provider = ${stretch.provider} and turns.owner = walked.owner
      where walked.owner is not null`.compile(db);
  });
const walksOf = (steps: Steps) => ({ check: walkOf('check', steps), submit: walkOf('submit', steps) });

const walksByColumn = walksOf(
  (work, { after, length }) => sql`
    steps(owner, step) as (
      select (select min(tasks.owner) from ${work} and tasks.owner > ${after}), 1
      union all
      select (select min(tasks.owner) from ${work} and tasks.owner > steps.owner), step + 1
      from steps where steps.owner is not null and step < ${length}
    ),
    walked as (
      select steps.owner, (select min(tasks.due_at) from ${work} and tasks.owner = steps.owner) as due_at from steps
    )`,
);

/** The same for a database with `lateral`: PostgreSQL plans and runs it in half of the time, 0.4 ms instead of 0.8. */
const walksByRow = walksOf(
  (work, { after, length }) => sql`
    walked(owner, due_at, step) as (
      (select owner, due_at, 1 from ${work} and tasks.owner > ${after} order by owner, due_at limit 1)
      union all
      select next.owner, next.due_at, step + 1
      from walked cross join lateral (
        select owner, due_at from ${work} and tasks.owner > walked.owner order by owner, due_at limit 1
      ) as next
      where step < ${length}
    )`,
);

type Soonest = OwnerRow & { readonly tasks: number | string };

/** The owners of the tasks that are due first, by kind of work. */
const soonestOf = (work: SharedWork) =>
  prepared<{ readonly provider: string; readonly now: number }, Soonest>((db, { provider, now }) =>
    sql<Soonest>`
      select due.owner as owner, due.tasks as tasks, due.first as "dueAt", coalesce(turns.turn, 0) as turn
      from (
        select owner, count(*) as tasks, min(due_at) as first from (
          select owner, due_at from tasks
          where provider = ${provider} and ${conditions[work]} and due_at <= ${now}
          order by due_at limit ${sql.lit(windowRows)}
        ) as soonest group by owner
      ) as due
      left join turns on turns.provider = ${provider} and turns.owner = due.owner`.compile(db),
  );
const soonestOwners = { check: soonestOf('check'), submit: soonestOf('submit') };

/** Some databases return large integers as strings. */
interface OwnerRow {
  readonly owner: Owner;
  readonly turn: number | string;
  readonly dueAt: number | string;
}

const readOwner = ({ owner, turn, dueAt }: OwnerRow): DueOwner => ({
  owner,
  turn: Number(turn),
  dueAt: Number(dueAt),
});
