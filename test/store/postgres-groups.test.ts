import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as iteration } from 'node:timers/promises';
import { assert, asyncProperty } from 'fast-check';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Connections } from '../../src/store/postgres/connections.ts';
import { isConflict } from '../../src/store/postgres/differences.ts';
import { GroupedWrites } from '../../src/store/postgres/grouped-writes.ts';
import { transactionPropsOf } from '../../src/store/postgres/participant.ts';
import { BoundedPostgresDialect } from '../../src/store/postgres/postgres-dialect.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Statement } from '../../src/store/statement.ts';
import type { Store } from '../../src/store/store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import type { Owner, VideoTask } from '../../src/domain/video-task.ts';
import {
  deadlocksIn,
  silent,
  startPostgresDatabases,
  type PostgresDatabases,
} from '../support/postgres-databases.ts';
import { outcomeOf, rowsOf, writes } from '../support/random-writes.ts';
import { sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { announced, insert, insertMany, parallel, quiet } from './contract/fixture.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

/** A table of one column, and the messages that went to the server. */
async function openNames(mostGroups = 2) {
  await using stack = new AsyncDisposableStack();
  const name = `names_${Math.random()}`;
  await databases.server.create(name);
  await databases.server.run("create table names (name text primary key check (name != 'bad'))", name);
  const connections = new Connections(databases.server.urlOf(name));
  const dialect = new BoundedPostgresDialect({ pool: connections });
  const db = stack.use(new Kysely<Database>({ dialect }));
  const sent: string[][] = [];
  const grouped = new GroupedWrites({
    connect: async () => {
      const client = await connections.connect();
      let message: string[] | null = null;
      return {
        query: (text, parameters) => {
          if (message === null) sent.push([text]);
          else message.push(text);
          return client.query(text, parameters);
        },
        inOneMessage: (send) => {
          message = [];
          sent.push(message);
          try {
            return client.inOneMessage(send);
          } finally {
            message = null;
          }
        },
        release: () => client.release(),
      };
    },
    props: transactionPropsOf(db, dialect),
    isConflict,
    mostGroups,
  });
  const insertName = (
    value: string,
    { thenThrow, isBlind = false }: { thenThrow?: Error; isBlind?: boolean } = {},
  ) =>
    grouped.run(
      async (trx) => {
        const query = CompiledQuery.raw('insert into names values ($1)', [value]);
        const statement: Statement = { ...query, isBlind };
        await trx.executeQuery(statement);
        if (thenThrow !== undefined) throw thenThrow;
        return value;
      },
      [value],
    );
  const names = async () =>
    (await databases.server.run<{ name: string }>('select name from names order by name', name)).map(
      (row) => row.name,
    );
  const count = (text: string) => sent.flat().filter((one) => one === text).length;
  const opened = stack.move();
  return { grouped, insertName, names, sent, count, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

describe('writes that arrive together', () => {
  test('share one transaction, and its messages', async () => {
    await using it = await openNames();
    expect(await parallel(30, (index) => it.insertName(`${index}`))).toHaveLength(30);
    expect(it.sent).toHaveLength(2);
    expect([it.sent[0]?.length, it.sent[1]]).toEqual([31, ['commit']]);
    expect(await it.names()).toHaveLength(30);
  });

  test('send what nobody looks at with the commit', async () => {
    await using it = await openNames();
    await parallel(30, (index) => it.insertName(`${index}`, { isBlind: true }));
    expect(it.sent.map(({ length }) => length)).toEqual([32]);
    expect(await it.names()).toHaveLength(30);
  });

  test.each([{ isBlind: false }, { isBlind: true }])(
    'keep their own outcomes where some fail (%o)',
    async ({ isBlind }) => {
      await using it = await openNames();
      const reason = new Error('its own reason');
      const outcomes = await Promise.allSettled([
        it.insertName('a', { isBlind }),
        it.insertName('bad', { isBlind }),
        it.insertName('b', { isBlind }),
        it.insertName('undone', { thenThrow: reason, isBlind }),
        it.insertName('a', { isBlind }),
        it.insertName('c', { isBlind }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(outcomes[3]).toEqual({ status: 'rejected', reason });
      expect(await it.names()).toEqual(['a', 'b', 'c']);
    },
  );

  test('that fail before they wrote anything undo nothing', async () => {
    await using it = await openNames();
    const refused = it.grouped.run(async (trx) => {
      await trx
        .selectFrom('names' as never)
        .selectAll()
        .execute();
      throw new Error('refused');
    }, []);
    const [outcome] = await Promise.allSettled([refused, it.insertName('a'), it.insertName('b')]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'refused' } });
    expect(it.count('rollback')).toBe(0);
  });

  test('with a key in common follow one another, each seeing what the one before it wrote', async () => {
    await using it = await openNames();
    const seen = await parallel(5, () =>
      it.grouped.run(
        async (trx) => {
          const { rows } = await sql<{ count: number }>`select count(*)::int as count from names`.execute(
            trx,
          );
          const count = rows[0]?.count ?? 0;
          await sql`insert into names values (${`name ${count}`})`.execute(trx);
          return count;
        },
        ['one', 'two'],
      ),
    );
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test('are awaited by a store that closes', async () => {
    await using database = await databases.take();
    const store = await openPostgresStore({ url: database.url }, silent);
    const inserts = parallel(5, () => store.insert(sampleTask(), null));
    await store[Symbol.asyncDispose]();
    expect((await inserts).map(({ kind }) => kind)).toEqual(Array(5).fill('inserted'));
  });
});

/** One of a list, in turn. */
function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('There are none');
  return item;
}

/** The place in its group of a write that changed something; of the others it does not matter. */
function revisionOf(outcome: unknown): number {
  const { kind, task, revision } = (outcome ?? {}) as { kind?: string; task?: VideoTask; revision?: number };
  return (kind === 'inserted' ? task?.revision : revision) ?? 0;
}

/** Notes for each of some results in which iteration of the event loop they came; those of one group share it. */
async function inOrderOfCommits<Value>(
  begun: readonly Promise<Value>[],
): Promise<{ index: number; value: Value }[]> {
  let turn = 0;
  const over = new AbortController();
  const turning = (async () => {
    while (!over.signal.aborted) {
      await iteration();
      turn += 1;
    }
  })();
  const ended = await Promise.all(
    begun.map(async (promise, index) => {
      const value = await promise;
      return { index, value, turn };
    }),
  );
  over.abort();
  await turning;
  return ended.toSorted((a, b) => a.turn - b.turn || revisionOf(a.value) - revisionOf(b.value));
}

const tasksBefore = [0, 1].flatMap((owner) =>
  [0, 1, 2].map((task) => ({ kind: 'insert', task, owner }) as const),
);

test('any writes at once have the results and leave the rows that they have and leave one by one', async () => {
  await using folder = await temporaryFolder();
  const empty = join(folder.path, 'empty.db');
  await (await openSqliteStore(empty))[Symbol.asyncDispose]();
  let runs = 0;
  await assert(
    asyncProperty(writes, async (list) => {
      runs += 1;
      await using database = await databases.take();
      await using together = await openPostgresStore({ url: database.url }, silent);
      // The same writes one by one, in the order in which they were committed.
      const file = join(folder.path, `${runs}.db`);
      await copyFile(empty, file);
      await using alone = await openSqliteStore(file);
      // Most of the tasks are there, so that writes of one task meet.
      for (const write of tasksBefore) await outcomeOf(alone, write);
      for (const write of tasksBefore) await outcomeOf(together, write);
      const ended = await inOrderOfCommits(list.map((write) => outcomeOf(together, write)));
      const expected: unknown[] = [];
      for (const { index } of ended) {
        const write = list[index];
        if (write === undefined) throw new Error('There is none');
        expected.push(await outcomeOf(alone, write));
      }
      expect(ended.map(({ value }) => value)).toEqual(expected);
      expect(await rowsOf(together)).toEqual(await rowsOf(alone));
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test('instances that write the same tasks, owners and files at once never wait for each other in a ring', async () => {
  await using stack = new AsyncDisposableStack();
  const { url, name } = stack.use(await databases.take());
  const stores: Store[] = [];
  for (let index = 0; index < 3; index += 1) stores.push(stack.use(await openPostgresStore({ url }, silent)));
  const storeAt = (index: number): Store => at(stores, index);
  const owners = ['a', 'b', 'c'].map((owner) => owner as Owner);
  const ownerAt = (index: number): Owner => at(owners, index);
  const tasks = await insertMany(storeAt(0), 9, (index) => ({ owner: ownerAt(index) }));
  const cost = (amount: number) => ({ amount, credits: null, settled: true });
  const video = (index: number) => ({
    archivedAt: sampleTime,
    mediaKey: `video ${index}`,
    bytes: 1,
  });
  for (let burst = 0; burst < 6; burst += 1) {
    await parallel(90, async (index): Promise<unknown> => {
      const store = storeAt(index);
      const task = tasks[(index * 7 + burst) % tasks.length];
      if (task === undefined) throw new Error('There is none');
      switch (index % 6) {
        case 0:
          return store.insert(
            sampleTask({ owner: ownerAt(burst + index), cost: cost(1) }),
            { key: `${burst} ${index % 20}`, inputHash: '' },
            { limitUsd: 100, openLimit: 1000 },
          );
        case 1:
          return store.change(task.id, () => announced({ cost: cost(index), hint: `${index}` }));
        case 2:
          return store.change(task.id, () => quiet({ work: { dueAt: sampleTime + index } }));
        case 3:
          return store.change(task.id, ({ result }) =>
            result.video === null
              ? announced({ result: { video: video(index * 100 + burst) as never } })
              : announced({ result: { video: null } }),
          );
        case 4:
          return store.insert(sampleTask({ owner: task.owner, cost: cost(1) }), null, {
            limitUsd: 1000,
            openLimit: 1000,
            replaces: { id: task.id, decide: () => announced({ cost: cost(burst), hint: 'replaced' }) },
          });
        default: {
          const leaseOwner = `${burst} ${index}`;
          await store.claim({
            provider: 'KIE',
            now: sampleTime,
            limit: 5,
            leaseOwner,
            leaseUntil: sampleTime + 1,
          });
          await store.spreadChecks('KIE', { now: sampleTime, overMs: 10, random: 0.5 });
          return store.renew([leaseOwner], sampleTime - 1);
        }
      }
    });
  }
  const sums = await databases.server.run<{ owner: string; micros: number; booked: number }>(
    'select owner, micros::float8 as micros, (select sum(ledger.micros)::float8 from ledger where ledger.owner = spending.owner) as booked from spending',
    name,
  );
  expect(sums.map(({ micros }) => micros)).toEqual(sums.map(({ booked }) => booked));
  for (const owner of owners) {
    const { tasks: own } = await storeAt(0).page({ owner, filter: {}, from: 'newest', limit: 1000 });
    expect(await storeAt(0).countOpen(owner)).toBe(own.length);
  }
  for (const store of stores) await store[Symbol.asyncDispose]();
  expect(await deadlocksIn(databases.server, name)).toBe(0);
});

test('a write that conflicts with one outside its group runs again', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await databases.take());
  const first = stack.use(await openPostgresStore({ url }, silent));
  const second = stack.use(await openPostgresStore({ url }, silent));
  const key = { key: 'k', inputHash: 'h' };
  const made = await parallel(20, (index) => (index % 2 === 0 ? first : second).insert(sampleTask(), key));
  expect(made.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
  expect(made.filter(({ kind }) => kind === 'repeated')).toHaveLength(19);
  expect((await insert(first)).revision).toBe(2);
});
