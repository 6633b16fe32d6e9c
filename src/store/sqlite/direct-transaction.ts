import {
  DefaultQueryExecutor,
  DummyDriver,
  Transaction,
  type CompiledQuery,
  type Dialect,
  type Kysely,
  type QueryResult,
  type SqliteDatabase,
} from 'kysely';
import type { Database } from '../tables/database.ts';

/**
 * The open transaction of a database with one connection, whichever it is: statements run at once, where Kysely passes
 * each through six promises. Only for work that runs between `begin` and `commit`.
 */
export function directTransaction(
  db: Kysely<Database>,
  dialect: Dialect,
  statements: SqliteDatabase,
): Transaction<Database> {
  return new Transaction<Database>({
    config: { dialect },
    dialect,
    driver: new DummyDriver(),
    executor: new DirectExecutor(db, dialect, statements),
  });
}

class DirectExecutor extends DefaultQueryExecutor {
  readonly #statements: SqliteDatabase;

  constructor(db: Kysely<Database>, dialect: Dialect, statements: SqliteDatabase) {
    // The same adapter: queries that are built once are found by it.
    super(dialect.createQueryCompiler(), db.getExecutor().adapter, {
      provideConnection: () =>
        Promise.reject(new Error('The statements of a transaction need no connection')),
    });
    this.#statements = statements;
  }

  override async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#statements.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as Row[] };
    const { changes } = statement.run(parameters);
    return { numAffectedRows: BigInt(changes), rows: [] };
  }
}
