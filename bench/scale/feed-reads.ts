import { pino } from 'pino';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { cpuMs } from '../../test/support/watch-loop.ts';
import { median, rounded, type Row } from '../report.ts';
import type { Bed } from './bed.ts';
import { fillOpen } from './claims.ts';
import { DatabaseLoad } from './database-load.ts';

/** One change, and the most that the feed takes at once. */
const sizes = [1, 500] as const;
const readsOfRound = 20;
/** `pageSize` in src/events/feed.ts. */
const pageSize = 500;

/**
 * A read of new changes, as every instance does after a notification of another one, in this process: by the number of
 * changes that have come since the last one.
 */
export async function measureFeedReads(bed: Bed, rounds: number): Promise<Row[]> {
  const database = await bed.newDatabase();
  await fillOpen(bed, database, 2 * pageSize);
  await using store = await openPostgresStore(
    { url: bed.postgres.urlOf(database) },
    pino({ level: 'silent' }),
  );
  await using watch = await DatabaseLoad.watch(bed.postgres, database);
  const last = await store.lastRevision();
  const rows: Row[] = [];
  for (const size of sizes) {
    const [wallMs, storeUs, postgresUs]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= rounds; round += 1) {
      await watch.begin();
      const [startedAt, before] = [performance.now(), cpuMs()];
      for (let read = 0; read < readsOfRound; read += 1) {
        const changes = await store.changesAfter(last - size, { limit: pageSize });
        if (changes.length !== size) throw new Error(`${changes.length} changes instead of ${size}`);
      }
      // The first round prepares the connections.
      if (round === 0) continue;
      wallMs.push((performance.now() - startedAt) / readsOfRound);
      storeUs.push(((cpuMs() - before) * 1000) / readsOfRound);
      postgresUs.push((await watch.read()).cpuUs / readsOfRound);
    }
    rows.push({
      'changes in a read of the feed': size,
      'time ms': rounded(median(wallMs)),
      'instance CPU µs': rounded(median(storeUs)),
      'PostgreSQL CPU µs': rounded(median(postgresUs)),
    });
  }
  return rows;
}
