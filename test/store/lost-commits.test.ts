import { CompiledQuery, Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultMessage } from '../../src/schema/errors.ts';
import { UnknownOutcomeError } from '../../src/store/errors.ts';
import { Connections } from '../../src/store/postgres/connections.ts';
import { isConflict } from '../../src/store/postgres/differences.ts';
import { GroupedWrites } from '../../src/store/postgres/grouped-writes.ts';
import { transactionPropsOf } from '../../src/store/postgres/participant.ts';
import { BoundedPostgresDialect } from '../../src/store/postgres/postgres-dialect.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { silent, startPostgresDatabases, type PostgresDatabases } from '../support/postgres-databases.ts';
import { local, sampleTask } from '../support/sample-task.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { announced, insert } from './contract/fixture.ts';

let databases: PostgresDatabases;

beforeAll(async () => {
  databases = await startPostgresDatabases();
});

afterAll(() => databases[Symbol.asyncDispose]());

/** Where nothing answers. */
const nowhere = 'http://127.0.0.1:1';

/** A store whose connections pass a wire. */
async function openOverWire() {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await databases.take());
  const server = `http://127.0.0.1:${databases.server.port}`;
  const wire = stack.use(await startTcpProxy(server));
  const url = database.url.replace(`:${databases.server.port}`, `:${new URL(wire.url).port}`);
  const store = stack.use(await openPostgresStore({ url }, silent));
  const count = async (what: string) => {
    const [row] = await databases.server.run<{ count: number }>(
      `select count(*)::int as count from ${what}`,
      database.name,
    );
    return row?.count;
  };
  const opened = stack.move();
  return { store, wire, url, server, count, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Groups of writes that look for their outcome for so long. */
function openGroups(url: string, findWithinMs: number) {
  const connections = new Connections(url);
  const dialect = new BoundedPostgresDialect({ pool: connections });
  const db = new Kysely<Database>({ dialect });
  const grouped = new GroupedWrites({
    connect: () => connections.connect(),
    props: transactionPropsOf(db, dialect),
    isConflict,
    findWithinMs,
  });
  return {
    write: (text: string) => grouped.run(async (trx) => trx.executeQuery(CompiledQuery.raw(text)), ['key']),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

const notNow: unknown = expect.objectContaining({ name: 'StoreUnavailableError' });

describe('writes whose connection is lost while they are committed', () => {
  test('answer as ever where the commit was made, and are not made again', async () => {
    await using it = await openOverWire();
    const before = await insert(it.store);
    const revisions: number[] = [];
    using listening = it.store.onRevision((task) => {
      if (task !== null) revisions.push(task.revision);
    });
    const lost = it.wire.cutAt('COMMIT');
    const [changed, ...inserted] = await Promise.all([
      it.store.change(before.id, () => announced({ hint: 'changed' })),
      ...Array.from({ length: 5 }, () => it.store.insert(sampleTask(), null)),
    ]);
    await lost;
    expect(inserted.map(({ kind }) => kind)).toEqual(Array(5).fill('inserted'));
    expect(changed).toEqual(await it.store.get(before.id));
    expect(changed?.hint).toBe('changed');
    for (const result of inserted) {
      if (result.kind !== 'inserted') throw new Error(result.kind);
      expect(await it.store.get(result.task.id)).toEqual(result.task);
    }
    expect(await it.count('tasks')).toBe(6);
    expect(new Set(revisions)).toEqual(new Set([2, 3, 4, 5, 6, 7]));
    expect(listening).toBeDefined();
  });

  test('fail where the commit did not arrive, and leave nothing', async () => {
    await using it = await openOverWire();
    const lost = it.wire.cutAt('commit', 'client');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => it.store.insert(sampleTask(), null)),
    );
    await lost;
    expect(outcomes).toEqual(outcomes.map(() => ({ status: 'rejected', reason: notNow })));
    expect(await it.count('tasks')).toBe(0);
  });

  test('find what they inserted by its id where the server was started again', async () => {
    await using it = await openOverWire();
    const before = await insert(it.store);
    const lost = it.wire.cutAt('COMMIT');
    const outcomes = Promise.allSettled([
      it.store.insert(sampleTask(), null),
      it.store.change(before.id, () => announced({ hint: 'changed' })),
    ]);
    await lost;
    it.wire.redirect(nowhere);
    await databases.server.stop();
    await databases.server.start();
    it.wire.redirect(it.server);
    const [inserted, changed] = await outcomes;
    if (inserted.status !== 'fulfilled' || inserted.value.kind !== 'inserted') throw new Error('It is lost');
    const { tasks } = await it.store.page({ owner: local, filter: {}, from: 'newest', limit: 10 });
    expect(tasks).toContainEqual(inserted.value.task);
    // It cannot be found out who has changed it since.
    expect(changed).toMatchObject({
      status: 'rejected',
      reason: { name: 'UnknownOutcomeError', hasEnded: true },
    });
  });

  test('say that their outcome is unknown where the server does not come back in time', async () => {
    await using it = await openOverWire();
    await using grouped = openGroups(it.url, 300);
    const lost = it.wire.cutAt('COMMIT');
    const outcome = grouped
      .write('update revision_counter set value = value')
      .catch((error: unknown) => error);
    await lost;
    it.wire.redirect(nowhere);
    expect(await outcome).toMatchObject({ name: 'UnknownOutcomeError', hasEnded: false });
    it.wire.redirect(it.server);
  });
});

test('callers are told what to do where the outcome of a change is unknown', () => {
  const error = new UnknownOutcomeError({ hasEnded: false, cause: null });
  expect(faultMessage(error)).toContain('idempotencyKey');
});
