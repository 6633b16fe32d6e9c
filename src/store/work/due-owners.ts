import { sql, type Kysely, type RawBuilder } from 'kysely';
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
/** Owners that one walk passes, at about 5 µs each. Fewer let an owner among thousands wait for more claims. */
const walkOwners = 200;

/** The condition of each kind of work; literals, so that SQLite finds the partial indexes. */
const conditions: Record<SharedWork, RawBuilder<boolean>> = {
  check: sql<boolean>`next_action = 'check' and lease_owner is null`,
  submit: sql<boolean>`stage = 'WAITING' and next_action = 'submit' and lease_owner is null`,
};

/**
 * Finds owners with due work, at a cost that grows neither with the rows nor with the owners.
 *
 * Up to 500 due tasks: exactly their owners. Beyond, the owners of the 500 that are due first, and of a stretch of
 * all owners in their order, which goes on where the last one ended: each owner is seen again after so many claims as
 * there are hundreds of owners.
 */
export class DueOwners {
  /** The position from which the walk through the owners continues, by provider and work. */
  readonly #passed = new Map<string, string>();

  /** Owners with due work; empty only where nothing is due. In no particular order. */
  async find(
    db: Kysely<Database>,
    work: SharedWork,
    { provider, now }: { readonly provider: ProviderName; readonly now: number },
  ): Promise<readonly DueOwner[]> {
    const { rows } = await db.executeQuery(soonestOwners[work](db, { provider, now }));
    const soonest = rows.map(readOwner);
    const seen = rows.reduce((sum, { tasks }) => sum + Number(tasks), 0);
    if (seen < windowRows) return soonest;
    const known = new Set(soonest.map(({ owner }) => owner));
    const walked = await this.#walk(db, work, provider);
    return [...soonest, ...walked.filter(({ owner, dueAt }) => dueAt <= now && !known.has(owner))];
  }

  /** The next owners in their order, each with its soonest work, due or not. */
  async #walk(db: Kysely<Database>, work: SharedWork, provider: string): Promise<readonly DueOwner[]> {
    const key = `${work} ${provider}`;
    const soonest = sql`tasks where tasks.provider = ${provider} and ${conditions[work]}`;
    const { rows } = await sql<OwnerRow>`
      with recursive walked(owner, step) as (
        select (select min(tasks.owner) from ${soonest} and tasks.owner > ${this.#passed.get(key) ?? ''}), 1
        union all
        select (select min(tasks.owner) from ${soonest} and tasks.owner > walked.owner), step + 1
        from walked where walked.owner is not null and step < ${walkOwners}
      )
      select walked.owner as owner, coalesce(turns.turn, 0) as turn,
        (select min(tasks.due_at) from ${soonest} and tasks.owner = walked.owner) as "dueAt"
      from walked
      left join turns on turns.provider = ${provider} and turns.owner = walked.owner
      where walked.owner is not null`.execute(db);
    // After the last owner it begins again.
    const last = rows.length < walkOwners ? undefined : rows.at(-1);
    if (last === undefined) this.#passed.delete(key);
    else this.#passed.set(key, last.owner);
    return rows.map(readOwner);
  }
}

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
