import type { Kysely } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import type { Dialect } from './dialect.ts';
import { KyselyStore } from './kysely-store.ts';
import { migrations } from './migrations/migrations.ts';
import { openEpoch } from './queries/epochs.ts';
import type { Epoch } from './queries/revision.ts';
import { StoreUnavailableError } from './errors.ts';
import { Revisions } from './revisions.ts';
import type { Database } from './tables/database.ts';

/**
 * Brings the tables up to date, wholly or not at all. Several processes may call it at once: one works, the others wait.
 *
 * @param onStep called before each step, with its name
 */
export async function migrate(
  db: Kysely<Database>,
  onStep: (name: string) => void = () => {},
): Promise<void> {
  const { error } = await new Migrator({ db, provider: announced(onStep) }).migrateToLatest();
  if (error instanceof StoreUnavailableError) throw error;
  if (error !== undefined) throw new Error('The database could not be brought up to date', { cause: error });
}

const announced = (onStep: (name: string) => void): MigrationProvider => ({
  getMigrations: async () => {
    const all = Object.entries(await migrations.getMigrations());
    const entries = all.map(([name, migration]): [string, Migration] => [
      name,
      {
        up: (db) => {
          onStep(name);
          return migration.up(db);
        },
      },
    ]);
    return Object.fromEntries(entries);
  },
});

/** The present stretch of history, and those before it. */
export function readEpochs(db: Kysely<Database>, dialect: Dialect): Promise<readonly Epoch[]> {
  return db.transaction().execute(async (trx) => {
    await dialect.lock?.(trx, 'epochs');
    return openEpoch(trx, await dialect.readIdentity(trx));
  });
}

/** Opens a store on tables that are up to date. Calls back after each commit of this process that took a revision; frees the leases of the process before where there can be one only. */
export async function openStore(
  db: Kysely<Database>,
  dialect: Dialect,
  onCommit: () => void = () => {},
): Promise<KyselyStore> {
  if (dialect.isSoleOwner) {
    await db
      .updateTable('tasks')
      .set({ lease_owner: null, lease_until: null })
      .where('lease_owner', 'is not', null)
      .execute();
  }
  return new KyselyStore(db, dialect, new Revisions(db, await readEpochs(db, dialect), onCommit));
}
