import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Owner } from '../../src/domain/video-task.ts';
import type { Store } from '../../src/store/store.ts';
import {
  deadlocksIn,
  silent,
  startPostgresDatabases,
  type PostgresDatabases,
} from '../support/postgres-databases.ts';
import { local, sampleTask, sampleTrackedTask } from '../support/sample-task.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import {
  announced,
  claimBy,
  insert,
  insertMany,
  listOf,
  now,
  other,
  parallel,
  quiet,
} from './contract/fixture.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

/** Runs a test with several stores on one database, as instances are. */
const together =
  (count: number, run: (stores: [Store, Store, ...Store[]], url: string) => Promise<void>) => async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = stack.use(await databases.take());
    const stores: Store[] = [];
    for (let index = 0; index < count; index += 1)
      stores.push(stack.use(await openPostgresStore({ url }, silent)));
    await run(stores as [Store, Store], url);
  };

/** One of the stores, in turn. */
const inTurn = (stores: readonly Store[], index: number): Store => {
  const store = stores[index % stores.length];
  if (store === undefined) throw new Error('There are no stores');
  return store;
};

describe('ten instances on an empty database', () => {
  test('start at once: the tables are made once, and all name one epoch', async () => {
    const { server } = databases;
    await server.create('empty');
    await using stack = new AsyncDisposableStack();
    const stores = await parallel(10, () => openPostgresStore({ url: server.urlOf('empty') }, silent));
    for (const store of stores) stack.use(store);
    await parallel(20, (index) => insert(inTurn(stores, index)));
    const names = stores.map((store) => store.formatRevision(20));
    expect(new Set(names).size).toBe(1);
    expect(await Promise.all(stores.map((store) => store.parseRevision(names[0] ?? '')))).toEqual(
      stores.map(() => ({ kind: 'known', counter: 20 })),
    );
    const [epochs] = await server.run<{ count: string }>('select count(*) from epochs', 'empty');
    expect(epochs?.count).toBe('2');
  });
});

describe('several instances on one database', () => {
  test(
    'a start is no restore: each knows what the others gave out, before and after it',
    together(2, async ([first, second], url) => {
      const { revision } = await insert(first);
      const text = first.formatRevision(revision);
      await using third = await openPostgresStore({ url }, silent);
      const { revision: later } = await insert(third);
      expect(first.formatRevision(later)).toBe(third.formatRevision(later));
      expect(await second.parseRevision(text)).toEqual({ kind: 'known', counter: revision });
      expect(await first.parseRevision(third.formatRevision(later))).toEqual({
        kind: 'known',
        counter: later,
      });
    }),
  );

  test(
    'a start leaves the leases of the others',
    together(2, async ([first], url) => {
      await insertMany(first, 2);
      expect(await first.claim(claimBy('first'))).toHaveLength(2);
      await using third = await openPostgresStore({ url }, silent);
      expect(await third.claim(claimBy('third'))).toEqual([]);
      expect(await first.renew(['first'], now + 5000)).toHaveLength(2);
    }),
  );

  test(
    'work is claimed by one of them, whoever asks at the same time',
    together(4, async (stores) => {
      await insertMany(stores[0], 60, (index) => ({ owner: index % 2 === 0 ? local : other }));
      const claimed = await parallel(12, (index) =>
        inTurn(stores, index).claim({ ...claimBy(`claim ${index}`), limit: 10 }),
      );
      const rest = await stores[0].claim({ ...claimBy('rest') });
      const ids = [...claimed.flat(), ...rest].map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
    }),
  );

  test(
    'of attempts, keys and followed ids at once there is one of each, and nobody gets an error',
    together(4, async (stores) => {
      const key = { key: 'k', inputHash: 'h' };
      const made = await parallel(16, (index) => inTurn(stores, index).insert(sampleTask(), key));
      expect(made.map(({ kind }) => kind).toSorted()).toEqual([
        'inserted',
        ...Array.from({ length: 15 }, () => 'repeated'),
      ]);
      const tracked = await parallel(16, (index) =>
        inTurn(stores, index).insertTracked(sampleTrackedTask('theirs', { owner: local })),
      );
      expect(tracked.map(({ kind }) => kind).toSorted()).toEqual([
        'inserted',
        ...Array.from({ length: 15 }, () => 'repeated'),
      ]);
      const owners = Array.from({ length: 8 }, (_, index) => `key:${index}` as Owner);
      const followed = await Promise.all(
        owners.map((owner, index) =>
          inTurn(stores, index).insertTracked(sampleTrackedTask('shared', { owner })),
        ),
      );
      const holders = followed.filter((result) => 'task' in result && result.task.provider.taskId !== null);
      expect([followed.map(({ kind }) => kind), holders.length]).toEqual([owners.map(() => 'inserted'), 1]);
    }),
  );

  test(
    "a paid id that two tasks get at once goes to one, and the other's writer is told whose it is",
    together(4, async (stores) => {
      for (let round = 0; round < 5; round += 1) {
        const tasks = await insertMany(stores[0], 4);
        const taskId = `paid-${round}`;
        const results = await Promise.allSettled(
          tasks.map(({ id }, index) =>
            inTurn(stores, index).change(id, () => announced({ stage: 'GENERATING', provider: { taskId } })),
          ),
        );
        const failures = results.flatMap((result): unknown[] =>
          result.status === 'rejected' ? [result.reason] : [],
        );
        const taken: unknown = expect.objectContaining({ name: 'ProviderTaskTakenError' });
        expect(failures).toEqual([taken, taken, taken]);
        expect(await stores[0].getByProviderTask('KIE', taskId)).toMatchObject({ stage: 'GENERATING' });
      }
    }),
  );

  test(
    'a claim takes a few round trips, however many owners have work',
    together(1, async ([store], url) => {
      await parallel(80, (index) =>
        insert(store, {
          owner: `key:${index % 40}` as Owner,
          ...(index < 40 ? { stage: 'GENERATING', nextAction: 'check' } : {}),
        }),
      );
      const { port } = databases.server;
      await using wire = await startTcpProxy(`http://127.0.0.1:${port}`);
      await using far = await openPostgresStore(
        { url: url.replace(`:${port}`, `:${new URL(wire.url).port}`) },
        silent,
      );
      const before = wire.roundTrips();
      expect(await far.claim({ ...claimBy('far'), limit: 200 })).toHaveLength(80);
      await far.dueTimes('KIE');
      // Three and one; the instance itself looks for changes and at the clock now and then.
      expect(wire.roundTrips() - before).toBeLessThan(10);
    }),
  );

  test(
    'a budget of creates is one for all',
    together(4, async (stores) => {
      const limit = { now, windowMs: 10_000, max: 7 };
      const kinds = await parallel(
        24,
        async (index) => (await inTurn(stores, index).reserveCreate('KIE', limit)).kind,
      );
      expect(kinds.filter((kind) => kind === 'granted')).toHaveLength(7);
      await stores[1].pauseCreates('SIMULATOR', now + 99);
      expect(await stores[0].createAllowance('SIMULATOR', limit)).toEqual({ places: 0, freeAt: now + 99 });
    }),
  );

  test(
    'an upload that is used at the moment of the sweep stays',
    together(2, async ([store, sweeping]) => {
      for (let round = 0; round < 20; round += 1) {
        const id = `upload-${round}`;
        const upload = {
          id,
          owner: local,
          mediaKey: `key-${round}`,
          contentType: 'image/png',
          width: 1,
          height: 1,
          createdAt: now,
          usedAt: now,
          bytes: 1,
        };
        await store.insertUpload(upload);
        const [used] = await Promise.all([
          store.useUpload(local, id, now + 10),
          sweeping.sweepUploads(now + 1),
        ]);
        expect(await store.getUpload(local, id)).toEqual(used);
      }
    }),
  );

  test(
    'writers of all kinds on the same rows never wait for each other in a ring, and the counts are right',
    together(3, async (stores, url) => {
      const [store] = stores;
      const tasks = await insertMany(store, 6);
      const cost = { amount: 1, currency: 'USD', credits: null, settled: true } as const;
      await parallel(120, (index): Promise<unknown> => {
        const own = inTurn(stores, index);
        const task = tasks[index % tasks.length];
        if (task === undefined) throw new Error('There is none');
        switch (index % 4) {
          case 0:
            return own.insert(sampleTask(), null, {
              limitUsd: 1000,
              openLimit: 1000,
              replaces: { id: task.id, decide: () => announced({ hint: `${index}`, cost }) },
            });
          case 1:
            return own.insert(
              sampleTask(),
              { key: `${index}`, inputHash: '' },
              { limitUsd: 1000, openLimit: 1000 },
            );
          case 2:
            return own.change(task.id, () => ({
              ...announced({ cost }),
              secondBill: { providerTaskId: `${index}`, cost },
            }));
          default:
            return own.claim({ ...claimBy(`${index}`), limit: 3 });
        }
      });
      expect(await store.countOpen(local)).toBe(6 + 60);
      expect((await store.page({ ...listOf(local), limit: 100 })).tasks).toHaveLength(66);
      for (const each of stores) await each[Symbol.asyncDispose]();
      expect(await deadlocksIn(databases.server, new URL(url).pathname.slice(1))).toBe(0);
    }),
  );

  test(
    'a request that waits longer for a connection than a connection may take to be made is answered',
    together(1, async ([store], url) => {
      const [name = ''] = new URL(url).pathname.slice(1).split('/');
      const hold = databases.server.run(
        'begin; update revision_counter set value = value; select pg_sleep(5.5); commit',
        name,
      );
      const inserted = await parallel(20, () => insert(store));
      await hold;
      expect(inserted).toHaveLength(20);
    }),
  );

  test(
    'revisions follow the commits: who reads on after the last one misses none',
    together(3, async (stores) => {
      const seen: number[] = [];
      let last = 0;
      let isDone = false;
      const reading = (async () => {
        for (;;) {
          const wasDone = isDone;
          for (const { revision } of await inTurn(stores, 2).changesAfter(last, { limit: 50 })) {
            seen.push(revision);
            last = revision;
          }
          if (wasDone && last === 90) return;
        }
      })();
      await parallel(90, (index) => insert(inTurn(stores, index)));
      isDone = true;
      await reading;
      expect(seen).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
    }),
  );

  test(
    'a page is as of its revision or later: what it lacks comes after that',
    together(2, async ([reader, writer]) => {
      const written = parallel(40, () => insert(writer));
      for (let round = 0; round < 10; round += 1) {
        const { tasks, revision } = await reader.page({ ...listOf(local), limit: 100 });
        const later = await reader.changesAfter(revision, { limit: 100, owner: local });
        const known = new Set([...tasks, ...later].map(({ id }) => id));
        const upTo = later.at(-1)?.revision ?? revision;
        const all = await reader.changesAfter(0, { limit: 100, upTo });
        expect(all.filter(({ id }) => !known.has(id))).toEqual([]);
      }
      await written;
    }),
  );

  test(
    'times are those of the database, whatever the clock of the process shows',
    together(2, async ([store], url) => {
      const [clock] = await databases.server.run<{ at: number }>(
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at',
        new URL(url).pathname.slice(1),
      );
      expect(Math.abs(store.now() - (clock?.at ?? 0))).toBeLessThan(1000);
      const realNow = Date.now;
      try {
        Date.now = () => realNow() + 3_600_000;
        await using later = await openPostgresStore({ url }, silent);
        expect(Math.abs(later.now() - store.now())).toBeLessThan(100);
      } finally {
        Date.now = realNow;
      }
    }),
  );
});

describe('values that SQLite takes and PostgreSQL does not', () => {
  test(
    'texts with NUL and halves of characters are stored, shown as unreadable there',
    together(2, async ([store]) => {
      const task = await insert(store, { spec: { prompt: 'a\0b', label: 'c\uD800d' } });
      await store.change(task.id, () => ({
        ...announced({ provider: { status: 'x\0y', memo: { a: '\0\uDFFF' } }, hint: '\0' }),
        transition: { taskId: task.id, stage: 'WAITING', at: now, reason: 'why\0', reasonMessages: null },
      }));
      const stored = await store.get(task.id);
      expect([stored?.spec.prompt, stored?.spec.label, stored?.provider.status, stored?.hint]).toEqual([
        'a\uFFFDb',
        'c\uFFFDd',
        'x\uFFFDy',
        '\uFFFD',
      ]);
      expect(stored?.provider.memo).toEqual({ a: '\0\uDFFF' });
      expect((await store.history(task.id)).map(({ reason }) => reason)).toEqual([null, 'why\uFFFD']);
      // As on SQLite, a search for the text as it was given finds the task.
      const { tasks } = await store.page({ ...listOf(local), filter: { search: 'a\0B' } });
      expect(tasks.map(({ id }) => id)).toEqual([task.id]);
    }),
  );

  test(
    'large numbers are numbers, and times between two milliseconds are whole ones',
    together(2, async ([store]) => {
      const task = await insert(store, { spec: { seed: 4_294_967_295 }, work: { dueAt: now + 0.5 } });
      await store.change(task.id, () => quiet({ work: { dueAt: now + 1e300 } }));
      expect(await store.get(task.id)).toMatchObject({
        spec: { seed: 4_294_967_295 },
        work: { dueAt: Date.UTC(9999, 11, 31, 23, 59, 59, 999) },
        revision: 1,
      });
      await store.pauseCreates('KIE', now + 0.5);
      expect(await store.createAllowance('KIE', { now, windowMs: 1, max: 0 })).toEqual({
        places: 0,
        freeAt: now + 1,
      });
    }),
  );

  test(
    'owners come in one order here and there, whatever the language of the database',
    together(2, async ([store], url) => {
      const owners = ['key:b', 'key:B', 'key:ä', 'key:я', 'key:_', 'key:Я', 'key:a'] as Owner[];
      for (const owner of owners) await insert(store, { owner });
      const rows = await databases.server.run<{ owner: string }>(
        'select owner from tasks order by owner',
        new URL(url).pathname.slice(1),
      );
      expect(rows.map(({ owner }) => owner)).toEqual(owners.toSorted());
    }),
  );
});
