import type { Kysely } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Database } from './tables/database.ts';
import type { Transact } from './transactions.ts';
import type { ProviderName } from '../domain/video-task.ts';

/** A process that has the database open. */
export interface Instance {
  /** Unique for each start. */
  readonly id: string;
  /** True if its videos are in a folder that no other instance sees. */
  readonly hasOwnMedia: boolean;
  /** When it counts as gone, unless it says by then that it is not. */
  readonly until: number;
}

/** What instances know of a provider together. */
export interface ProviderState {
  /** Of the circuit breaker, as its owner writes it; null: none was written. */
  readonly breaker: string | null;
  /** The last callback, in milliseconds since 1970. */
  readonly calledBackAt: number | null;
}

/** The state that instances share beside tasks: who they are, who does what only one does, and the health of providers. */
export class SharedState {
  readonly #db: Kysely<Database>;
  readonly #transact: Transact;
  readonly #lock: Dialect['lock'];

  constructor(db: Kysely<Database>, transact: Transact, { lock }: Pick<Dialect, 'lock'>) {
    this.#db = db;
    this.#transact = transact;
    this.#lock = lock;
  }

  /** Notes an instance, or that it is still there; returns those that came before it and are there. */
  join(instance: Instance, now: number): Promise<readonly Instance[]> {
    return this.#transact(async (trx) => {
      await this.#lock?.(trx, 'instances');
      const { id: own, until, hasOwnMedia } = instance;
      await trx.deleteFrom('instances').where('until', '<', now).where('id', '!=', own).execute();
      const rows = await trx.selectFrom('instances').selectAll().orderBy('since').orderBy('id').execute();
      // Clocks may differ by the time of an answer: who comes later is later all the same.
      const since = Math.max(now, (rows.at(-1)?.since ?? 0) + 1);
      await trx
        .insertInto('instances')
        .values({ id: own, own_media: hasOwnMedia ? 1 : 0, until, since })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ until }))
        .execute();
      const place = rows.findIndex(({ id }) => id === own);
      return (place === -1 ? rows : rows.slice(0, place)).map((row) => ({
        id: row.id,
        hasOwnMedia: row.own_media === 1,
        until: row.until,
      }));
    });
  }

  /** The instance has ended. */
  async leave(id: string): Promise<void> {
    await this.#db.deleteFrom('instances').where('id', '=', id).execute();
  }

  /**
   * Takes what one instance does at a time, or keeps it for longer. Whoever takes it does so for about the same time.
   *
   * @returns false while another one has it
   */
  async takeDuty(
    name: string,
    holder: string,
    { now, until }: { readonly now: number; readonly until: number },
  ): Promise<boolean> {
    const taken = await this.#db
      .insertInto('duties')
      .values({ name, holder, until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until })
          .where((expression) =>
            expression.or([
              expression('duties.until', '<', now),
              expression('duties.holder', '=', holder),
              // By a clock that has since been set back.
              expression('duties.until', '>', 2 * until - now),
            ]),
          ),
      )
      .returning('name')
      .executeTakeFirst();
    return taken !== undefined;
  }

  /** Another one may do it from now on. */
  async leaveDuty(name: string, holder: string): Promise<void> {
    await this.#db.deleteFrom('duties').where('name', '=', name).where('holder', '=', holder).execute();
  }

  async readProvider(provider: ProviderName): Promise<ProviderState> {
    const row = await this.#db
      .selectFrom('provider_states')
      .select(['breaker', 'called_back_at'])
      .where('provider', '=', provider)
      .executeTakeFirst();
    return { breaker: row?.breaker ?? null, calledBackAt: row?.called_back_at ?? null };
  }

  /** Changes the state of a provider's circuit breaker, one after another. `decide` may run more than once. */
  async changeBreaker(provider: ProviderName, decide: (breaker: string | null) => string): Promise<void> {
    await this.#transact(async (trx) => {
      await this.#lock?.(trx, `breaker of ${provider}`);
      const row = await trx
        .selectFrom('provider_states')
        .select('breaker')
        .where('provider', '=', provider)
        .executeTakeFirst();
      const breaker = decide(row?.breaker ?? null);
      await trx
        .insertInto('provider_states')
        .values({ provider, breaker, called_back_at: null })
        .onConflict((conflict) => conflict.column('provider').doUpdateSet({ breaker }))
        .execute();
    });
  }

  /** The provider called back. */
  async noteCallback(provider: ProviderName, at: number): Promise<void> {
    await this.#db
      .insertInto('provider_states')
      .values({ provider, breaker: null, called_back_at: at })
      .onConflict((conflict) => conflict.column('provider').doUpdateSet({ called_back_at: at }))
      .execute();
  }
}
