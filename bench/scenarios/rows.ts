import { join } from 'node:path';
import { startSimulatorProcess } from '../../test/support/processes.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { Result } from '../report.ts';
import { fillDatabase, type Filled } from '../rows/database.ts';
import { measureRandomSearches } from '../rows/random-searches.ts';
import { measureReads, sizeName } from '../rows/reads.ts';
import { measureReplay } from '../rows/replay.ts';
import { WatchedServer } from '../rows/server.ts';
import { measureHousekeeping, measureStarts } from '../rows/start-up.ts';
import { measureClaims, measureCreates } from '../rows/writes.ts';

/** Sizes of the databases, in finished tasks: the others are compared with the first. */
export interface RowsSettings {
  readonly sizes: readonly number[];
  readonly deleted: number;
  readonly rounds: number;
}

/**
 * What grows with the rows: lists, filters, searches and counts, the replay of the feed, creates and claims beside a long
 * queue, start and housekeeping, each next to a small database, while another process asks for `/healthz`.
 */
export async function rows({ sizes, deleted, rounds }: RowsSettings): Promise<Result> {
  await using simulator = await startSimulatorProcess('--creates-per-10s', '0');
  await using folder = await temporaryFolder();
  const databases: Filled[] = [];
  for (const size of sizes) databases.push(await fillDatabase(join(folder.path, sizeName(size)), size));
  const parts = [];
  {
    await using servers = new AsyncDisposableStack();
    const started: WatchedServer[] = [];
    for (const database of databases)
      started.push(servers.use(await WatchedServer.start(database, simulator)));
    parts.push(await measureReads(started, rounds));
    for (const server of started.slice(1)) {
      parts.push(await measureRandomSearches(server));
      parts.push(await measureReplay(server));
    }
  }
  parts.push(await measureClaims(folder.path));
  parts.push(await measureCreates(folder.path, simulator, { rounds, seconds: 2 }));
  parts.push(await measureStarts(folder.path, databases, simulator, rounds));
  const largest = databases.at(-1);
  if (largest !== undefined) parts.push(await measureHousekeeping(largest, simulator, deleted));
  const all = parts.flatMap((part) => part.rows);
  return {
    scenario: 'rows',
    what: `Databases of ${sizes.map(sizeName).join(', ')} finished tasks, median of ${rounds} rounds in alternation; starts and /healthz without waits for a processor.`,
    rows: all,
    rounds: {
      migrationMs: databases.map(({ migrationMs }) => migrationMs),
      indexCpuMs: databases.map(({ indexCpuMs }) => indexCpuMs),
    },
    targets: parts.flatMap((part) => part.targets),
  };
}
