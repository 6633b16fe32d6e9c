import { pino } from 'pino';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { ClaimRequest } from '../../src/store/store.ts';
import { generateAt } from '../../test/support/start-app.ts';
import { cpuMs } from '../../test/support/watch-loop.ts';
import { atMost, median, rounded, type Row, type Target } from '../report.ts';
import { prompt } from '../tasks.ts';
import { startProvider, type Bed } from './bed.ts';
import { DatabaseLoad } from './database-load.ts';
import { Instances } from './instances.ts';
import { copyTask } from './rows.ts';

/** Claims of one contestant before it is the other's turn. */
const claimsAtOnce = 20;

/** Claims in a database with so many rows of each kind of work, all of them due. */
interface ClaimCost {
  readonly ofEachKind: number;
  readonly wallMs: number[];
  readonly storeUs: number[];
  readonly postgresUs: number[];
}

/**
 * A claim of one due check, a claim of one task that waits to be sent, and the due times, in this process: as a worker
 * asks when one of its slots is free. Half of the rows wait, half of them are in flight; all are due, of 41 owners.
 *
 * @param sizes rows of each kind; with fewer than 500 that are due a claim sees the owners of all
 */
export async function measureClaims(
  bed: Bed,
  sizes: readonly [number, number],
  rounds: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  await using stack = new AsyncDisposableStack();
  const contestants = [];
  for (const ofEachKind of sizes) {
    const database = await bed.newDatabase();
    await fillOpen(bed, database, 2 * ofEachKind);
    const store = stack.use(
      await openPostgresStore({ url: bed.postgres.urlOf(database) }, pino({ level: 'silent' })),
    );
    const watch = stack.use(await DatabaseLoad.watch(bed.postgres, database));
    const cost: ClaimCost = { ofEachKind, wallMs: [], storeUs: [], postgresUs: [] };
    contestants.push({ store, watch, cost });
  }
  for (let round = 0; round <= rounds; round += 1) {
    for (const { store, watch, cost } of contestants) {
      await watch.begin();
      const [startedAt, before] = [performance.now(), cpuMs()];
      for (let claim = 0; claim < claimsAtOnce; claim += 1) {
        const now = Date.now();
        const one = {
          provider: 'KIE',
          now,
          limit: 1,
          leaseOwner: 'bench',
          leaseUntil: now + 3_600_000,
        } as const;
        const requests: ClaimRequest[] = [
          { ...one, checks: 1, submits: 0 },
          { ...one, checks: 0, submits: 1 },
        ];
        for (const request of requests) {
          const claimed = await store.claim(request);
          if (claimed.length !== 1) throw new Error('Nothing was claimed');
        }
        await store.dueTimes('KIE');
      }
      // The first round prepares the connections.
      if (round === 0) continue;
      cost.wallMs.push((performance.now() - startedAt) / claimsAtOnce);
      cost.storeUs.push(((cpuMs() - before) * 1000) / claimsAtOnce);
      cost.postgresUs.push((await watch.read()).cpuUs / claimsAtOnce);
    }
  }
  const costs = contestants.map(({ cost }) => cost);
  const ratioOf = (of: (cost: ClaimCost) => number[]) => {
    const [few, many] = costs;
    if (few === undefined || many === undefined) return Number.NaN;
    return median(of(many).map((value, round) => value / (of(few)[round] ?? Number.NaN)));
  };
  const cpuOf = ({ storeUs, postgresUs }: ClaimCost) =>
    postgresUs.map((us, round) => us + (storeUs[round] ?? Number.NaN));
  const [few, many] = sizes.map((size) => (2 * size).toLocaleString('en'));
  return {
    rows: costs.map((cost) => ({
      'rows, all open and due': (2 * cost.ofEachKind).toLocaleString('en'),
      'two claims and due times, ms': rounded(median(cost.wallMs)),
      'instance CPU µs': rounded(median(cost.storeUs)),
      'PostgreSQL CPU µs': rounded(median(cost.postgresUs)),
    })),
    targets: [
      atMost(`CPU of claims, ${many} rows / ${few}`, ratioOf(cpuOf), 1.3),
      atMost(
        `time of claims, ${many} rows / ${few}`,
        ratioOf(({ wallMs }) => wallMs),
        1.3,
      ),
    ],
  };
}

/** Fills a database with tasks that are due: the odd ones wait to be sent, the even ones are in flight. */
export async function fillOpen(bed: Bed, database: string, rows: number): Promise<void> {
  {
    await using simulator = await startProvider(3_600_000);
    await using instances = await Instances.start(bed, 1, database, simulator, { KIE_CREATES_PER_10S: '1' });
    await generateAt(instances.urls[0] ?? '', { prompt });
    await generateAt(instances.urls[0] ?? '', { prompt });
  }
  await bed.postgres.run("delete from tasks where stage != 'WAITING'", database);
  const now = Date.now();
  await copyTask(bed.postgres, database, rows, {
    owner: "case when i % 5 > 0 then 'local' else 'key:owner-' || (i / 5 % 40) end",
    stage: "case i % 2 when 1 then 'WAITING' else 'GENERATING' end",
    next_action: "case i % 2 when 1 then 'submit' else 'check' end",
    provider_task_id: "case i % 2 when 0 then 'provider-' || i end",
    submitted_at: `case i % 2 when 0 then ${now} end`,
    due_at: `${now} - ${rows} + i`,
    lease_owner: 'null',
    lease_until: 'null',
  });
}
