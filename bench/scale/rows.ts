import type { TestPostgres } from '../../test/support/postgres.ts';
import { taskColumns, type ColumnName } from '../../src/store/tables/tasks.ts';

/** SQL of the columns of copies, with `i` from 1 and `ids[i]` as the provider's id; the others are those of the model. */
export type Replaced = Partial<Record<ColumnName, string>>;

/** Values that differ between any two tasks. They take revisions after those of the database. */
const own: Replaced = {
  id: "'copy' || lpad(i::text, 18, '0')",
  number: '(select value from revision_counter) + i',
  revision: '(select value from revision_counter) + i',
  callback_token: "'copy' || lpad(i::text, 18, '0')",
};

/**
 * Fills a database with copies of its only task, as fast as PostgreSQL can: without triggers, and with the indexes built
 * afterwards. No instance may have it open.
 */
export async function copyTask(
  postgres: TestPostgres,
  database: string,
  count: number,
  replaced: Replaced,
): Promise<void> {
  const values: Replaced = { ...own, ...replaced };
  const indexes = await postgres.run<{ name: string; sql: string }>(
    `select indexname as name, indexdef as sql from pg_indexes where tablename = 'tasks'
       and indexname not in (select conname from pg_constraint)`,
    database,
  );
  await postgres.run(
    [
      'set local session_replication_role = replica',
      ...indexes.map(({ name }) => `drop index ${name}`),
      `insert into tasks (${taskColumns.join()})
         select ${taskColumns.map((name) => values[name] ?? `model.${name}`).join()}
         from (select * from tasks limit 1) as model, generate_series(1, ${count}) as i`,
      ...indexes.map(({ sql }) => sql),
      `update revision_counter set value = value + ${count}`,
      'delete from open_tasks',
      'insert into open_tasks select owner, count(*) from tasks where completed_at is null group by owner',
    ].join(';\n'),
    database,
  );
  await postgres.run('vacuum analyze tasks', database);
}
