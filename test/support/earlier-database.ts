import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../../src/store/migrations/migrations.ts';

/** Makes the tables of an earlier version in an empty database, such as `0012_provider_facts`. Throws where that fails. */
export async function migrateTo(database: DatabaseSync, version: string): Promise<void> {
  const statement = (sql: string) => {
    const prepared = database.prepare(sql);
    const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
    return {
      reader: prepared.columns().length > 0,
      all: (parameters: readonly unknown[]) => prepared.all(...bind(parameters)),
      run: (parameters: readonly unknown[]) => prepared.run(...bind(parameters)),
      iterate: (parameters: readonly unknown[]) => prepared.iterate(...bind(parameters)),
    };
  };
  const db = new Kysely<never>({
    dialect: new SqliteDialect({ database: { close: () => {}, prepare: statement } }),
  });
  const { error } = await new Migrator({ db, provider: migrations }).migrateTo(version);
  if (error !== undefined) throw new Error(`The tables of ${version} could not be made`, { cause: error });
}
