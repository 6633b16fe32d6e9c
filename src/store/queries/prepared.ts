import type { CompiledQuery, Kysely } from 'kysely';
import type { RowLock, Statement } from '../statement.ts';
import type { Database } from '../tables/database.ts';

/** The place of a bound value in a query that is built once. */
class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The bound values of a query by name, as its builder sees them. */
type Parameters<Values> = { readonly [Name in keyof Values]: Values[Name] };

/** A query of the store, built from a database or a transaction. */
type Builder<Values, Row> = (db: Kysely<Database>, parameters: Parameters<Values>) => CompiledQuery<Row>;

/** Traits of a query by its values: see `StatementTraits`. */
interface Traits<Values> {
  readonly locks?: (values: Values) => RowLock;
  readonly isBlind?: boolean;
  readonly isLast?: boolean;
}

/**
 * A query that is built once for each database, and then only gets other values: to build one costs more than SQLite
 * takes to run it.
 *
 * @param build makes the query of values that it must bind as they are, not look at
 */
export function prepared<Values extends object, Row = unknown>(
  build: Builder<Values, Row>,
  { locks, isBlind, isLast }: Traits<Values> = {},
): (db: Kysely<Database>, values: Values) => CompiledQuery<Row> {
  // By what a database shares with its transactions.
  const built = new WeakMap<object, CompiledQuery<Row>>();
  const parameters = new Proxy({}, { get: (_target, name) => new Parameter(String(name)) });
  return (db, values) => {
    const { adapter } = db.getExecutor();
    let query = built.get(adapter);
    if (query === undefined) {
      query = build(db, parameters as Parameters<Values>);
      built.set(adapter, query);
    }
    const statement: Statement<Row> = {
      ...query,
      locks: locks?.(values),
      isBlind,
      isLast,
      parameters: query.parameters.map((value) =>
        value instanceof Parameter ? (values as Record<string, unknown>)[value.name] : value,
      ),
    };
    return statement;
  };
}
