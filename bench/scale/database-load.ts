import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { TestPostgres } from '../../test/support/postgres.ts';

/** The work of PostgreSQL since the beginning of a measurement. */
export interface Load {
  readonly seconds: number;
  /** CPU of all its processes. */
  readonly cpuUs: number;
  /** Transactions that wrote something, of the whole server. */
  readonly commits: number;
  /** Notifications that a listener received. */
  readonly notifications: number;
  /** Changes that took a revision. */
  readonly changes: number;
}

interface Sample {
  readonly at: number;
  /** The number of the next transaction or savepoint that writes. */
  readonly nextTransaction: number;
  readonly changes: number;
  readonly notifications: number;
}

/** The channel of all instances, as src/store/postgres/change-signals.ts has it. */
const channel = 'reelay_changes';

/** Measures the work of PostgreSQL for one database from outside: by the system, the times of its commits, and one more listener. */
export class DatabaseLoad implements AsyncDisposable {
  readonly #postgres: TestPostgres;
  readonly #listener: Client;
  /** CPU of each process so far, in nanoseconds; of those that have ended the last known value. */
  readonly #cpu = new Map<number, number>();
  readonly #hasRevisions: boolean;
  #cpuBefore = new Map<number, number>();
  #notifications = 0;
  #before: Sample = { at: 0, nextTransaction: 0, changes: 0, notifications: 0 };

  private constructor(postgres: TestPostgres, listener: Client, hasRevisions: boolean) {
    this.#postgres = postgres;
    this.#listener = listener;
    this.#hasRevisions = hasRevisions;
    listener.on('notification', () => {
      this.#notifications += 1;
    });
  }

  /** @param hasRevisions false for the tables of another program */
  static async watch(
    postgres: TestPostgres,
    database: string,
    { hasRevisions = true } = {},
  ): Promise<DatabaseLoad> {
    const client = new Client({ connectionString: postgres.urlOf(database) });
    await client.connect();
    await client.query(`listen ${channel}`);
    const load = new DatabaseLoad(postgres, client, hasRevisions);
    await load.begin();
    return load;
  }

  /** Begins a measurement. */
  async begin(): Promise<void> {
    this.#before = await this.#sample();
    this.#cpuBefore = new Map(this.#cpu);
  }

  /** The work since `begin`. */
  async read(): Promise<Load> {
    const now = await this.#sample();
    const since = (name: 'changes' | 'notifications') => now[name] - this.#before[name];
    let cpuNs = 0;
    for (const [pid, ns] of this.#cpu) cpuNs += ns - (this.#cpuBefore.get(pid) ?? 0);
    return {
      seconds: (now.at - this.#before.at) / 1000,
      cpuUs: cpuNs / 1000,
      commits: await this.#commitsBetween(this.#before.nextTransaction, now.nextTransaction),
      changes: since('changes'),
      notifications: since('notifications'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.end();
  }

  async #sample(): Promise<Sample> {
    for (const pid of await this.#postgres.processes()) {
      // One that has just ended has no such file.
      const stat = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => null);
      if (stat !== null) this.#cpu.set(pid, Number(stat.split(' ')[0]));
    }
    const { rows } = await this.#listener.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    );
    return {
      at: performance.now(),
      nextTransaction: Number(rows[0]?.next),
      changes: this.#hasRevisions ? await this.#lastRevision() : 0,
      notifications: this.#notifications,
    };
  }

  /** Savepoints have the time of their transaction, and what was rolled back has none. */
  async #commitsBetween(first: number, end: number): Promise<number> {
    const { rows } = await this.#listener.query<{ commits: string }>(
      `select count(distinct pg_xact_commit_timestamp(number::text::xid)) as commits
       from generate_series($1::bigint, $2::bigint - 1) as number`,
      [first, end],
    );
    return Number(rows[0]?.commits);
  }

  async #lastRevision(): Promise<number> {
    const { rows } = await this.#listener.query<{ value: string }>('select value from revision_counter');
    return Number(rows[0]?.value);
  }
}
