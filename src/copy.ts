// Copies a database from COPY_FROM to COPY_TO: `npm run -s reelay -- copy --from sqlite:PATH --to postgres://…`.
import { readStorage } from './config/storage.ts';
import { ConfigError } from './settings/config-error.ts';
import { copyDatabase, CopyRefusedError } from './store/copy/copy-database.ts';
import { StoreUnavailableError } from './store/errors.ts';

try {
  const from = databaseOf('--from', process.env['COPY_FROM']);
  const to = databaseOf('--to', process.env['COPY_TO']);
  if (from.kind !== 'sqlite') throw new ConfigError('--from', 'must be sqlite:PATH');
  if (to.kind !== 'postgres') {
    throw new ConfigError('--to', 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  const tables = await copyDatabase(from.file, to.url);
  for (const { table, rows, sha256 } of tables) process.stdout.write(`${table}  ${rows}  ${sha256}\n`);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  process.stdout.write(
    `${rows} rows of ${tables.length} tables are the same in both. Videos and uploads are not moved.\n`,
  );
} catch (error) {
  const isExpected =
    error instanceof ConfigError ||
    error instanceof CopyRefusedError ||
    error instanceof StoreUnavailableError;
  process.stderr.write(
    `${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}

function databaseOf(option: string, url: string | undefined) {
  if (url === undefined) throw new ConfigError(option, 'must be set');
  try {
    return readStorage({ DATABASE_URL: url }).database;
  } catch (error) {
    // The same requirement, under the name of the option.
    if (error instanceof ConfigError) {
      throw new ConfigError(option, error.message.replace('DATABASE_URL ', ''));
    }
    throw error;
  }
}
