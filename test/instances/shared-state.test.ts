import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskId } from '../../src/domain/video-task.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { doAlone } from '../../src/worker/upkeep/duty.ts';
import { Membership } from '../../src/worker/membership.ts';
import { HealthMonitor } from '../../src/worker/provider-health/health-monitor.ts';
import { silent, startPostgresDatabases, type PostgresDatabases } from '../support/postgres-databases.ts';
import { claimBy, insert, now, quiet } from '../store/contract/fixture.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

/** Runs a test with two stores on one database, as two instances are. */
const two = (run: (one: Store, other: Store) => Promise<void>) => async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await databases.take());
  const one = stack.use(await openPostgresStore({ url }, silent));
  const other = stack.use(await openPostgresStore({ url }, silent));
  await run(one, other);
};

const task = (id: string) => ({ id: id as TaskId, spec: { model: 'veo3_fast' } });

const member = (store: Store, id: string, hasOwnMedia: boolean) =>
  new Membership({ store, id, hasOwnMedia, log: silent });

describe('instances that share a database', () => {
  test(
    'are refused where one has a folder of videos of its own, and not after the first one has left',
    two(async (one, other) => {
      const first = member(one, 'first', true);
      await first.start();
      for (const hasOwnMedia of [true, false]) {
        await using second = member(other, 'second', hasOwnMedia);
        await expect(second.start()).rejects.toThrow(/^MEDIA_SHARED must be true/);
      }
      await first[Symbol.asyncDispose]();
      await using third = member(other, 'third', true);
      await third.start();
    }),
  );

  test(
    'see those that came before them, also where clocks differ by a moment',
    two(async (one, other) => {
      const until = now + 6000;
      const join = (store: Store, id: string, at: number) =>
        store.shared.join({ id, hasOwnMedia: true, until }, at);
      expect(await join(one, 'first', now)).toEqual([]);
      expect((await join(other, 'second', now - 300)).map(({ id }) => id)).toEqual(['first']);
      expect(await join(one, 'first', now + 1)).toEqual([]);
    }),
  );

  test(
    'do together what shares its videos, and a duty one at a time',
    two(async (one, other) => {
      await using first = member(one, 'first', false);
      await using second = member(other, 'second', false);
      await Promise.all([first.start(), second.start()]);
      const done: string[] = [];
      const at = (store: Store, instance: string) => ({ store, instance, now: () => now });
      await doAlone(at(one, 'first'), 'sweeping', async () => {
        await doAlone(at(other, 'second'), 'sweeping', () => Promise.resolve(void done.push('second')));
        done.push('first');
      });
      await doAlone(at(other, 'second'), 'sweeping', () => Promise.resolve(void done.push('later')));
      expect(done).toEqual(['first', 'later']);
    }),
  );

  test(
    'know a provider to be down after faults at any of them, and up again after an answer to one',
    two(async (one, other) => {
      const monitor = (store: Store) =>
        new HealthMonitor({
          store,
          provider: { name: 'KIE', pollIntervalMs: 10_000, models: [] },
          key: { isRefused: false, health: null },
          log: silent,
          now: () => now,
          random: () => 0,
        });
      const [here, there] = [monitor(one), monitor(other)];
      const fault = { kind: 'unavailable', reason: 'HTTP 503', retryAfterMs: null } as never;
      await here.noteCheck(task('a'), fault);
      await there.noteCheck(task('b'), fault);
      expect([here.health, there.health]).toEqual(['DEGRADED', 'DEGRADED']);
      await there.noteCheck(task('c'), fault);
      await here.follow();
      expect([here.state, there.state]).toEqual([
        { kind: 'open', until: now + 10_000 },
        { kind: 'open', until: now + 10_000 },
      ]);
      await here.noteCheck(task('a'), { kind: 'processing' } as never);
      await there.follow();
      expect(there.state).toEqual({ kind: 'closed' });
      await one.shared.noteCallback('KIE', now);
      expect(await there.follow()).toBe(now);
    }),
  );

  test(
    'take over expired leases: the one that had them renews nothing and writes nothing under its claim',
    two(async (one, other) => {
      const { id } = await insert(one);
      await one.claim({ ...claimBy('paused'), leaseUntil: now + 10 });
      const [taken] = await other.claim({ ...claimBy('successor'), now: now + 20, leaseUntil: now + 1000 });
      expect(taken?.id).toBe(id);
      expect(await one.renew(['paused'], now + 5000)).toEqual([]);
      const written = await one.change(id, ({ work }) =>
        work.leaseOwner === 'paused' ? quiet({ work: { checks: 9 } }) : null,
      );
      expect([written, (await other.get(id))?.work.leaseOwner]).toEqual([null, 'successor']);
    }),
  );
});
