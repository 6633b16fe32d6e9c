import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect, type KyselyConfig } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../../src/store/migrations/migrations.ts';

/** Queries on an open database, without a store. */
export function kyselyOf<Tables>(database: DatabaseSync, log: KyselyConfig['log'] = []): Kysely<Tables> {
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
  return new Kysely<Tables>({
    dialect: new SqliteDialect({ database: { close: () => {}, prepare: statement } }),
    log,
  });
}

/** Makes the tables of an earlier version in an empty database, such as `0012_provider_facts`. Throws where that fails. */
export async function migrateTo(database: DatabaseSync, version: string): Promise<void> {
  const migrator = new Migrator({ db: kyselyOf(database), provider: migrations });
  const { error } = await migrator.migrateTo(version);
  if (error !== undefined) throw new Error(`The tables of ${version} could not be made`, { cause: error });
}
