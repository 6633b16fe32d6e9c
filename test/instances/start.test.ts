import { readFile, writeFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startServer } from '../support/processes.ts';
import { freePort } from '../support/free-port.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { StoreRefusedError } from '../../src/store/errors.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { silent } from '../support/postgres-databases.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres[Symbol.asyncDispose]());

async function startAt(stack: AsyncDisposableStack, url: string) {
  const folder = stack.use(await temporaryFolder());
  return startServer({ DATABASE_URL: url, DATA_DIR: folder.path });
}

/** Locks of another client, at which a start stops: its migrations, and what it says of itself when these are done. */
const locks = [
  { during: 'its migrations', lock: 'select pg_advisory_xact_lock(3853314791062309107)' },
  { during: 'its first look at other instances', lock: 'lock table instances in access exclusive mode' },
];

describe.each(locks)('a server whose database is stopped during $during', ({ during, lock }) => {
  test('waits for it, alive and not ready, and starts when it is back', { timeout: 90_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    await postgres.create(during);
    const url = postgres.urlOf(during).replaceAll(' ', '%20');
    await (await openPostgresStore({ url }, silent))[Symbol.asyncDispose]();
    const holder = new Client({ connectionString: url });
    holder.on('error', () => {});
    await holder.connect();
    await holder.query(`begin; ${lock}`);
    const starting = startAt(stack, url);
    const waiters = () =>
      postgres.run("select 1 from pg_stat_activity where wait_event_type = 'Lock'", during);
    await Promise.race([
      starting,
      // A busy machine takes long to start a process.
      waitFor('a start that waits', waiters, ({ length }) => length > 0, 30_000),
    ]);
    await postgres.stop();
    const server = stack.use(await starting);
    const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    expect(server.output()).toContain('DATABASE_URL: waiting for the database');
    await postgres.start();
    const readiness = () => status('/readyz').catch(() => 'refused');
    await waitFor('readiness', readiness, (seen) => seen === 200, 30_000);
    expect(server.hasExited()).toBe(false);
  });
});

describe('a server that waits at the start', () => {
  test(
    'for another instance that works on the tables is alive, says so, and starts after it',
    { timeout: 90_000 },
    async () => {
      await using stack = new AsyncDisposableStack();
      await postgres.create('another');
      const url = postgres.urlOf('another');
      const holder = new Client({ connectionString: url });
      await holder.connect();
      await holder.query('begin; select pg_advisory_xact_lock(3853314791062309107)');
      const port = await freePort();
      const folder = stack.use(await temporaryFolder());
      const env = { DATABASE_URL: url, DATA_DIR: folder.path, PORT: String(port) };
      const starting = startServer(env);
      // It listens when the lock is free, whatever fails before.
      stack.defer(async () => (await starting)[Symbol.asyncDispose]());
      stack.defer(() => holder.end());
      const get = async (path: string) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        return [response.status, await response.json()] as const;
      };
      const reason = 'Another instance is bringing the tables of the database up to date.';
      await waitFor(
        'the reason',
        () => get('/readyz').catch(() => 'refused'),
        (seen) => JSON.stringify(seen).includes(reason),
        40_000,
      );
      expect(await get('/readyz')).toEqual([503, { status: 'not ready', reason }]);
      expect(await get('/healthz')).toEqual([200, { status: 'ok' }]);
      expect((await get('/graphql'))[0]).toBe(503);
      await holder.query('commit');
      const server = await starting;
      expect(server.output()).toContain(reason);
      expect((await get('/readyz'))[0]).toBe(200);
    },
  );

  test('for an answer that never comes gives the connection up', { timeout: 90_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    await postgres.create('silent');
    const wire = stack.use(await startTcpProxy(`http://127.0.0.1:${postgres.port}`));
    const url = postgres.urlOf('silent').replace(`:${postgres.port}`, `:${new URL(wire.url).port}`);
    // The tables are being made when the line goes silent.
    const holder = new Client({ connectionString: postgres.urlOf('silent') });
    await holder.connect();
    stack.defer(() => holder.end());
    await holder.query('begin; select pg_advisory_xact_lock(3853314791062309107)');
    const opening = openPostgresStore({ url }, silent, { longestIdleMs: 3000 });
    const waiters = () =>
      postgres.run("select 1 from pg_stat_activity where wait_event_type = 'Lock'", 'silent');
    await waitFor('a start that waits', waiters, ({ length }) => length > 0, 30_000);
    wire.halfOpen();
    await holder.query('commit');
    await expect(opening).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    stack.use(await openPostgresStore({ url }, silent));
  });
});

describe('a server that its database refuses', () => {
  /** Demands a password of one user. */
  async function guard(): Promise<void> {
    await postgres.run("create role guarded login password 'right'");
    const [row] = await postgres.run<{ hba_file: string }>('show hba_file');
    const file = row?.hba_file ?? '';
    const rules = await readFile(file, 'utf8');
    await writeFile(file, `host all guarded 127.0.0.1/32 scram-sha-256\n${rules}`);
    await postgres.run('select pg_reload_conf()');
  }

  const at = (credentials: string, database: string) =>
    `postgres://${credentials}@127.0.0.1:${postgres.port}/${database}`;

  test(
    'ends at once, with a line that names the setting and the reason, and no password',
    { timeout: 90_000 },
    async () => {
      await guard();
      await using stack = new AsyncDisposableStack();
      const endings = [
        [at('guarded:wrong-word', 'postgres'), 'password authentication failed for user "guarded"'],
        [at('guarded', 'postgres'), 'password must be a string'],
        [at('nobody:wrong-word', 'postgres'), 'role "nobody" does not exist'],
        [at('reelay:wrong-word', 'missing'), 'database "missing" does not exist'],
      ] as const;
      await Promise.all(
        endings.map(async ([url, reason]) => {
          const message = await startAt(stack, url).then(
            (server) => `It started: ${stack.use(server).url}`,
            (error: Error) => error.message,
          );
          const [, said = ''] = message.split('It ended before it listened: ');
          // A busy machine may have waited.
          const lines = said
            .split('\n')
            .filter((line) => line !== '' && !line.includes('waiting for the database'));
          expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL: The database refuses/)]);
          expect(said).toContain(reason);
          expect(message).not.toContain('wrong-word');
        }),
      );
    },
  );

  test('is told what its user may not do', async () => {
    await postgres.run('create role guest login');
    await postgres.create('older');
    await (await openPostgresStore({ url: postgres.urlOf('older') }, silent))[Symbol.asyncDispose]();
    // Since version 15 only the owner of a database may make tables in it.
    await postgres.create('new');
    const refusals = [
      [at('guest', 'new'), 'its user may not make tables in the schema public'],
      [at('guest', 'older'), 'permission denied for table kysely_migration_lock'],
      [at('reelay', 'new?options=-csearch_path%3Dnowhere'), 'the search_path of its user leads to no schema'],
    ] as const;
    for (const [url, reason] of refusals) {
      await expect(openPostgresStore({ url }, silent)).rejects.toThrow(
        new StoreRefusedError(`The database refuses this server: ${reason}`),
      );
    }
  });
});
