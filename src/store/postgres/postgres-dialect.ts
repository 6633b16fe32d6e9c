import {
  ColumnDefinitionNode,
  CompiledQuery,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type DataTypeNode,
  type Driver,
  type PostgresDialectConfig,
  type QueryCompiler,
} from 'kysely';

/**
 * The time that a transaction may wait for its client, in milliseconds. A client that is paused or cut off holds its locks
 * no longer, the one on the counter of revisions among them, for which all writers wait.
 */
const idleInTransactionMs = 5000;
/** The time for a statement of a transaction, in milliseconds: less than the client waits for it. */
const statementMs = 9000;

/** The statements that begin a transaction. Settings are for that one, in the same message: behind a pooler none outlives it. */
export const begin = [
  'begin',
  `set local idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  `set local statement_timeout = ${statementMs}`,
].join('; ');

/** PostgreSQL under Kysely, with tables whose texts compare by their bytes. */
export class BytewisePostgresDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new BytewiseTextCompiler();
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedMigrations();
  }
}

/** Kysely's own lock belongs to the session: behind a pooler another one gets it, and nobody ever frees it. See bring-up-to-date.ts. */
class UnlockedMigrations extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** The same with transactions that end in bounded time. */
export class BoundedPostgresDialect extends BytewisePostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new BoundedPostgresDriver(this.#config);
  }
}

class BoundedPostgresDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(begin));
  }
}

/** The tables of migrations: their columns of text are in no language, and an index of them survives an update of the system's collations. */
class BytewiseTextCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const isColumn = this.parentNode !== undefined && ColumnDefinitionNode.is(this.parentNode);
    if (isColumn && node.dataType === 'text') this.append(' collate "C"');
  }
}
