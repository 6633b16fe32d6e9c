import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { waitFor } from './wait-for.ts';

/** A log that is not read. */
export const silent = pino({ level: 'silent' });

/** A database with the tables of a store, empty. */
export interface StoreDatabase extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
}

/** A server with databases to take: one that was given back is emptied and taken again, which is quicker than a new one. */
export interface PostgresDatabases extends AsyncDisposable {
  readonly server: TestPostgres;
  take(): Promise<StoreDatabase>;
}

/** The number of deadlocks in a database that nothing has open any more: a connection reports them at its end. */
export async function deadlocksIn(server: TestPostgres, database: string): Promise<number> {
  const open = () =>
    server.run<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where datname = '${database}'`,
    );
  await waitFor('the end of all connections', open, ([row]) => row?.count === 0);
  const [row] = await server.run<{ deadlocks: number }>(
    `select deadlocks::int as deadlocks from pg_stat_database where datname = '${database}'`,
  );
  return row?.deadlocks ?? Number.NaN;
}

/** A database whose tables are made, to be copied: that takes a tenth of the time. */
const template = 'with_tables';

/** Empties every table of a store as if it had never been opened. */
const empty = `do $$
  declare name text;
  begin
    for name in select tablename from pg_tables
      where schemaname = 'public' and tablename not like 'kysely%' and tablename != 'revision_counter'
    loop execute format('delete from %I', name); end loop;
    update revision_counter set value = 0;
  end $$`;

/** Starts a server and makes the tables once. */
export async function startPostgresDatabases(): Promise<PostgresDatabases> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPostgres());
  await server.create(template);
  await (await openPostgresStore({ url: server.urlOf(template) }, silent))[Symbol.asyncDispose]();
  await server.run(empty, template);
  const free: string[] = [];
  const started = stack.move();
  return {
    server,
    take: async () => {
      const used = free.pop();
      const name = used ?? `test_${randomUUID()}`;
      if (used === undefined) await server.create(name, template);
      return {
        name,
        url: server.urlOf(name),
        [Symbol.asyncDispose]: async () => {
          await server.run(empty, name);
          free.push(name);
        },
      };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
