import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { toRow, valuesOf, type ColumnName } from '../../src/store/tables/tasks.ts';
import { sampleTask, type TaskOverrides } from './sample-task.ts';

/** The columns of `tasks` in a database, which may be of an earlier version. */
export const columnsIn = (database: DatabaseSync): string[] =>
  database
    .prepare("select name from pragma_table_info('tasks')")
    .all()
    .map(({ name }) => name as string);

/**
 * Writes many tasks into a SQLite database that no store has open, in one transaction.
 *
 * @param overrides of the task with this index, from 0
 * @param apart the difference between the numbers of two tasks: real ones take some five numbers each
 */
export function seedTasks(
  file: string,
  count: number,
  overrides: (index: number) => TaskOverrides = () => ({}),
  apart = 1,
): void {
  using database = new DatabaseSync(file);
  database.exec('begin');
  const { value } = database.prepare('select value from revision_counter').get() as { value: number };
  const columns = columnsIn(database) as ColumnName[];
  const insert = database.prepare(
    `insert into tasks (${columns.join()}) values (${columns.map(() => '?').join()})`,
  );
  const transition = database.prepare(
    "insert into transitions (task_id, seq, stage, at, reason) values (?, 1, 'WAITING', ?, null)",
  );
  for (let index = 0; index < count; index += 1) {
    const number = value + (index + 1) * apart;
    const row = toRow({ ...sampleTask(overrides(index)), number, revision: number });
    insert.run(...(valuesOf(row, columns) as SQLInputValue[]));
    transition.run(row.id, row.created_at);
  }
  database.prepare('update revision_counter set value = ?').run(value + count * apart);
  database.exec('commit');
}
