import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Client } from 'pg';
import { storable } from '../postgres/connections.ts';

/** Rows that are read and written at once: a statement of PostgreSQL takes 65,535 values. */
const batchSize = 500;

/** A table of both databases. */
export interface CopiedTable {
  readonly name: string;
  /** In one order for both. */
  readonly columns: readonly string[];
  /** Columns of whole numbers. */
  readonly integers: ReadonlySet<string>;
  /** Columns whose values are not copied: they belong to a process that has ended. */
  readonly cleared: ReadonlySet<string>;
}

/** The number of rows, and a hash of all values in their order. */
export interface TableSum {
  readonly rows: number;
  readonly hash: string;
}

type Row = readonly unknown[];

/** The rows of a table of SQLite, as PostgreSQL can hold them, in batches. */
export function* sourceRows(source: DatabaseSync, table: CopiedTable): Generator<Row[]> {
  const { name, columns } = table;
  const statement = source.prepare(`select ${quoted(columns)} from "${name}" order by ${quoted(columns)}`);
  statement.setReturnArrays(true);
  let batch: Row[] = [];
  for (const row of statement.iterate()) {
    const values = row as unknown as Row;
    batch.push(values.map((value, index) => asStored(table, columns[index], value)));
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** The rows of a table of PostgreSQL in the same order, in batches. */
export async function* targetRows(target: Client, { name, columns }: CopiedTable): AsyncGenerator<Row[]> {
  await target.query(
    `declare copied no scroll cursor for select ${quoted(columns)} from "${name}" order by ${columns.map((column) => `"${column}" nulls first`).join()}`,
  );
  try {
    for (;;) {
      const { rows } = await target.query<unknown[]>({
        text: `fetch ${batchSize} from copied`,
        rowMode: 'array',
      });
      if (rows.length > 0) yield rows;
      if (rows.length < batchSize) return;
    }
  } finally {
    await target.query('close copied');
  }
}

/** Writes rows. */
export async function writeRows(
  target: Client,
  { name, columns }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  const places = rows.map(
    (_, row) => `(${columns.map((__, column) => `$${row * columns.length + column + 1}`).join()})`,
  );
  await target.query(`insert into "${name}" (${quoted(columns)}) values ${places.join()}`, rows.flat());
}

/** Sums rows up, to compare two databases. */
export async function sumRows(batches: Iterable<Row[]> | AsyncIterable<Row[]>): Promise<TableSum> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const batch of batches) {
    for (const row of batch) hash.update(`${JSON.stringify(row)}\n`);
    rows += batch.length;
  }
  return { rows, hash: hash.digest('hex') };
}

const quoted = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join();

function asStored({ integers, cleared }: CopiedTable, column = '', value: unknown): unknown {
  if (cleared.has(column)) return null;
  // SQLite holds a time between two milliseconds as it is.
  return typeof value === 'number' && integers.has(column) ? Math.ceil(value) : storable(value);
}
