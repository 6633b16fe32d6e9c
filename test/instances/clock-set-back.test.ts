import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { readServerTime } from '../../src/store/postgres/database-clock.ts';
import type { Store } from '../../src/store/store.ts';
import { ScheduleCorrection } from '../../src/worker/policy/schedule-correction.ts';
import { silent, startPostgresDatabases, type PostgresDatabases } from '../support/postgres-databases.ts';
import { waitFor } from '../support/wait-for.ts';
import { claimBy, insert } from '../store/contract/fixture.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

const backMs = 600_000;
const leaseMs = 5000;

const correctionOf = (store: Store, instance: string) =>
  new ScheduleCorrection({
    store,
    provider: { name: 'KIE' },
    log: silent,
    instance,
    leaseMs,
    now: () => store.now(),
    uptime: () => performance.now(),
  });

test('where the clock of the database is set back, plans of all instances move once, and leases of ended ones end', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await databases.take());
  let offsetMs = 0;
  const readTime = async (...[db]: Parameters<typeof readServerTime>) =>
    (await readServerTime(db)) + offsetMs;
  const open = async () => stack.use(await openPostgresStore({ url }, silent, { readTime }));
  const stores = [await open(), await open()] as const;
  const [store] = stores;
  const corrections = stores.map((each, index) => correctionOf(each, `instance ${index}`));
  const before = store.now();
  const check = { stage: 'GENERATING', nextAction: 'check', createdAt: before } as const;
  const planned = await insert(store, { ...check, dueAt: before + 60_000 });
  const held = await insert(store, { ...check, dueAt: before });
  const [claimed] = await store.claim({ ...claimBy('ended'), now: before, leaseUntil: before + leaseMs });
  expect(claimed?.id).toBe(held.id);
  expect(await store.shared.takeDuty('sweeping', 'ended', { now: before, until: before + leaseMs })).toBe(
    true,
  );
  const dueAt = async () => ((await store.get(planned.id))?.work.dueAt ?? 0) - before;

  offsetMs = -backMs;
  for (const each of stores)
    await waitFor(
      'the new time',
      () => each.now(),
      (now) => now < before,
      10_000,
    );
  for (const correction of corrections) expect(await correction.followClock()).toBe(true);
  // Each instance measures the jump; the first one has moved the plans by it.
  expect(Math.abs((await dueAt()) - (60_000 - backMs))).toBeLessThan(1000);
  // It sees a time that the clock has not reached: that was corrected.
  await correctionOf(await open(), 'instance 3').correct();
  expect(Math.abs((await dueAt()) - (60_000 - backMs))).toBeLessThan(1000);
  expect((await store.get(held.id))?.work.leaseUntil).toBeLessThanOrEqual(store.now() + 2 * leaseMs);
  const duty = { now: store.now(), until: store.now() + leaseMs };
  expect(await store.shared.takeDuty('sweeping', 'instance 1', duty)).toBe(true);
});
