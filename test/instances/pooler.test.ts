import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { silent } from '../support/postgres-databases.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { sampleTask } from '../support/sample-task.ts';
import { generateAt, queryAt, startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTransactionPooler } from '../support/transaction-pooler.ts';
import { waitFor } from '../support/wait-for.ts';
import { announced, claimBy, parallel } from '../store/contract/fixture.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres[Symbol.asyncDispose]());

async function startPooler(database: string, listen: 'lost' | 'refused') {
  await postgres.create(database);
  const pooler = await startTransactionPooler({ port: postgres.port, user: 'reelay', database }, { listen });
  const url = postgres.urlOf(database).replace(`:${postgres.port}`, `:${pooler.port}`);
  return { pooler, url };
}

const paths = [
  { name: 'that refuses LISTEN', listen: 'refused', isPastIt: false },
  { name: 'that loses notifications', listen: 'lost', isPastIt: false },
  { name: 'with DATABASE_LISTEN_URL past it', listen: 'refused', isPastIt: true },
] as const;

describe.each(paths)('through a pooler in transaction mode $name', ({ listen, isPastIt }) => {
  test('instances write, claim and see the changes of each other', async () => {
    const database = `stores ${listen} ${isPastIt}`;
    await using stack = new AsyncDisposableStack();
    const { pooler, url } = await startPooler(database, listen);
    stack.use(pooler);
    const address = isPastIt ? { url, listenUrl: postgres.urlOf(database) } : { url };
    const open = async (): Promise<Store> => stack.use(await openPostgresStore(address, silent));
    const [writer, reader] = await Promise.all([open(), open()]);
    const inserted = await parallel(30, (index) =>
      (index % 2 === 0 ? writer : reader).insert(sampleTask(), { key: `${index}`, inputHash: '' }),
    );
    expect(inserted.map(({ kind }) => kind)).toEqual(Array(30).fill('inserted'));
    const claims = await Promise.all(
      [writer, reader].map((store, index) => store.claim(claimBy(`${index}`))),
    );
    const claimed = claims.flat().map(({ id }) => id);
    expect([claimed.length, new Set(claimed).size]).toEqual([30, 30]);
    const limit = { now: 1, windowMs: 10, max: 3 };
    const places = await parallel(8, (index) =>
      (index % 2 === 0 ? writer : reader).reserveCreate('KIE', limit),
    );
    expect(places.filter(({ kind }) => kind === 'granted')).toHaveLength(3);

    let heard = 0;
    stack.use(reader.onRevision(() => (heard += 1)));
    const [id] = claimed;
    if (id === undefined) throw new Error('There is none');
    const changed = await writer.change(id, () => announced({ hint: 'seen' }));
    await waitFor('the change', () => heard > 0);
    expect(await reader.changesAfter((changed?.revision ?? 0) - 1, { limit: 5 })).toMatchObject([
      { hint: 'seen' },
    ]);
    expect(pooler.transactions()).toBeGreaterThan(10);
    expect(pooler.sessionState()).toEqual([]);
  });
});

test('a server makes a video through a pooler in transaction mode', async () => {
  await using stack = new AsyncDisposableStack();
  const { pooler, url } = await startPooler('whole', 'refused');
  stack.use(pooler);
  const folder = stack.use(await temporaryFolder());
  const app = stack.use(await startTestApp({ DATABASE_URL: url, DATA_DIR: folder.path }));
  const id = await generateAt(app.url, { prompt: 'A diamond', provider: 'SIMULATOR' });
  const status = () =>
    queryAt<{ videoTask: { status: string } }>(
      app.url,
      'query ($id: ID!) { videoTask(id: $id) { status } }',
      { id },
    );
  await waitFor('a video', status, ({ videoTask }) => videoTask.status === 'COMPLETED');
  expect(pooler.sessionState()).toEqual([]);
});
