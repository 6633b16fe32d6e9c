import type { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { Client } from 'pg';
import { migrate } from '../open-store.ts';
import { clientConfig, Connections } from '../postgres/connections.ts';
import { BytewisePostgresDialect } from '../postgres/postgres-dialect.ts';
import { openSqliteFile } from '../sqlite/sqlite-file.ts';
import type { Database } from '../tables/database.ts';
import { sourceRows, sumRows, targetRows, writeRows, type CopiedTable } from './copied-table.ts';

/** The databases cannot be copied as they are. The message is one line for the operator. */
export class CopyRefusedError extends Error {
  override readonly name = 'CopyRefusedError';
}

/** One table after the copy. */
export interface CopiedRows {
  readonly table: string;
  readonly rows: number;
  /** Of all values, in order. */
  readonly sha256: string;
}

/** What belongs to running instances is not copied, nor is the search index: the first instance builds its own. */
const leftOut = new Set([
  'instances',
  'duties',
  'provider_states',
  'search_segments',
  'search_pages',
  'search_changes',
]);

/**
 * Copies everything from a SQLite file into a PostgreSQL database, in one transaction that ends only when both have the
 * same rows. Repeating it replaces the copy. The file is locked meanwhile, and nothing is written to it.
 *
 * @throws CopyRefusedError when the file is of another version, or the target is neither empty nor an earlier copy;
 *   StoreUnavailableError when one of them cannot be opened
 */
export async function copyDatabase(file: string, url: string): Promise<readonly CopiedRows[]> {
  const source = openSqliteFile(file, { mustExist: true });
  try {
    {
      const pool = new Connections(url, { mostClients: 1, timeoutMs: 0 });
      await using db = new Kysely<Database>({ dialect: new BytewisePostgresDialect({ pool }) });
      await migrate(db);
    }
    const target = new Client(clientConfig(url));
    await target.connect();
    try {
      await target.query('begin');
      const copied = await copyAll(source, target);
      await target.query('commit');
      return copied;
    } finally {
      await target.end();
    }
  } finally {
    source.close();
  }
}

async function copyAll(source: DatabaseSync, target: Client): Promise<readonly CopiedRows[]> {
  await checkVersions(source, target);
  await checkTarget(source, target);
  const copied: CopiedRows[] = [];
  // What they keep is copied too. Within one transaction, each update of a count passes over all versions before it.
  await target.query('alter table tasks disable trigger user');
  for (const table of await readTables(target)) {
    await target.query(`delete from "${table.name}"`);
    for (const rows of sourceRows(source, table)) await writeRows(target, table, rows);
    const [from, to] = [await sumRows(sourceRows(source, table)), await sumRows(targetRows(target, table))];
    if (from.hash !== to.hash || from.rows !== to.rows) {
      throw new Error(`The copy of ${table.name} differs: ${from.rows} rows became ${to.rows}`);
    }
    copied.push({ table: table.name, rows: to.rows, sha256: to.hash });
  }
  await target.query('alter table tasks enable trigger user');
  return copied;
}

async function checkVersions(source: DatabaseSync, target: Client): Promise<void> {
  const query = 'select name from kysely_migration order by name';
  const isDatabase =
    source.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get() !== undefined;
  const from = isDatabase
    ? source
        .prepare(query)
        .all()
        .map(({ name }) => name)
    : [];
  const { rows } = await target.query<{ name: string }>(query);
  if (JSON.stringify(from) !== JSON.stringify(rows.map(({ name }) => name))) {
    throw new CopyRefusedError(
      'The SQLite file is of another version: start and stop this version of the server on it first',
    );
  }
}

/** A database in which an instance was started has an epoch of its own. */
async function checkTarget(source: DatabaseSync, target: Client): Promise<void> {
  await target.query('lock table epochs in exclusive mode');
  const query = 'select name from epochs order by seq';
  const from = new Set(
    source
      .prepare(query)
      .all()
      .map(({ name }) => name),
  );
  const { rows } = await target.query<{ name: string }>(query);
  if (rows.some(({ name }) => !from.has(name))) {
    throw new CopyRefusedError(
      'The PostgreSQL database is in use: it must be empty, or a copy on which no server was started yet',
    );
  }
}

async function readTables(target: Client): Promise<CopiedTable[]> {
  const { rows } = await target.query<{ name: string; column: string; type: string }>(`
    select c.table_name as name, c.column_name as "column", c.data_type as type
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.table_name not like 'kysely%'
    order by c.table_name, c.ordinal_position`);
  return Map.groupBy(rows, ({ name }) => name)
    .entries()
    .filter(([name]) => !leftOut.has(name))
    .map(([name, columns]) => ({
      name,
      columns: columns.map(({ column }) => column),
      integers: new Set(
        columns.filter(({ type }) => type === 'bigint' || type === 'integer').map(({ column }) => column),
      ),
      cleared: new Set(name === 'tasks' ? ['lease_owner', 'lease_until'] : []),
    }))
    .toArray();
}
