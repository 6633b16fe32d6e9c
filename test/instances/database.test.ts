import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/processes.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { generateAt, queryAt, startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres[Symbol.asyncDispose]());

const input = { prompt: 'A diamond', provider: 'SIMULATOR' };
const statusQuery = 'query ($id: ID!) { videoTask(id: $id) { status videoUrl } }';

interface Seen {
  readonly videoTask: { readonly status: string; readonly videoUrl: string | null };
}

/** Waits for the video of a task, and plays its beginning. */
async function play(url: string, id: string): Promise<string> {
  const { videoTask } = await waitFor(
    'a video',
    () => queryAt<Seen>(url, statusQuery, { id }),
    ({ videoTask: { status } }) => status === 'COMPLETED',
  );
  const response = await fetch(videoTask.videoUrl ?? '', { headers: { range: 'bytes=4-7' } });
  return response.text();
}

describe('a server whose DATABASE_URL is postgres://', () => {
  test('makes a video that plays, and a restart finds it', async () => {
    await postgres.create('whole');
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: postgres.urlOf('whole'), DATA_DIR: folder.path };
    let id: string;
    {
      await using app = await startTestApp(env);
      id = await generateAt(app.url, input);
      expect(await play(app.url, id)).toBe('ftyp');
      const page = await app.query<{ videoTasks: unknown }>(
        '{ videoTasks(first: 5, filter: { search: "DIAMOND" }) { totalCount edges { node { id } } } }',
      );
      expect(page).toEqual({ videoTasks: { totalCount: 1, edges: [{ node: { id } }] } });
    }
    await using app = await startTestApp(env);
    expect(await play(app.url, id)).toBe('ftyp');
  });

  test(
    'is alive and not ready while the database is away, at the start and later, and comes back by itself',
    { timeout: 60_000 },
    async () => {
      await postgres.create('away');
      await postgres.stop();
      await using folder = await temporaryFolder();
      await using server = await startServer({
        DATABASE_URL: postgres.urlOf('away').replace('reelay@', 'reelay:the-pass-word@'),
        DATA_DIR: folder.path,
        SIMULATOR_DURATION_MS: '100',
        KIE_POLL_INTERVAL_MS: '50',
      });
      const status = async (path: string) =>
        (await fetch(`${server.url}${path}`).catch(() => null))?.status ?? 'refused';
      const isReady = (ready: boolean) =>
        waitFor(
          'readiness',
          () => status('/readyz'),
          (seen) => seen === (ready ? 200 : 503),
          20_000,
        );
      const post = () =>
        fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ viewer { openTasks } }' }),
        }).then((response) => response.text());

      expect([await status('/healthz'), await status('/readyz'), await status('/graphql')]).toEqual([
        200, 503, 503,
      ]);
      expect(await post()).toContain('The database of this server cannot be used yet');

      await postgres.start();
      await isReady(true);
      expect(await play(server.url, await generateAt(server.url, input))).toBe('ftyp');

      await postgres.stop();
      await isReady(false);
      expect(await status('/healthz')).toBe(200);
      const refusal = await post();
      expect(refusal).toContain('The database of this server cannot be used now. Try again shortly.');
      expect(refusal).toContain('INTERNAL');

      await postgres.start();
      await isReady(true);
      expect(await play(server.url, await generateAt(server.url, input))).toBe('ftyp');
      expect(server.output()).toContain('waiting for the database');
      expect(server.output()).not.toContain('pass-word');
    },
  );

  test('leaves connections to a server that only reads since a failover, for ones that write', async () => {
    await postgres.create('demoted');
    await using folder = await temporaryFolder();
    await using app = await startTestApp({
      DATABASE_URL: postgres.urlOf('demoted'),
      DATA_DIR: folder.path,
    });
    const readOnly = (value: 'on' | 'off') =>
      postgres.run(`alter database demoted set default_transaction_read_only = ${value}`);
    const generate = () => generateAt(app.url, input).catch(() => null);
    await readOnly('on');
    await postgres.run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'demoted'`);
    await waitFor('a refusal', generate, (id) => id === null);
    // Connections that are made from now on write; those that are open still only read.
    await readOnly('off');
    const id = await waitFor('a task', generate, (made) => made !== null);
    expect(await play(app.url, id ?? '')).toBe('ftyp');
  });

  test('waits at the start for a database that only reads, as before a failover', async () => {
    await postgres.create('replica');
    await postgres.run('alter database replica set default_transaction_read_only = on');
    await using folder = await temporaryFolder();
    await using server = await startServer({
      DATABASE_URL: postgres.urlOf('replica'),
      DATA_DIR: folder.path,
    });
    const status = async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status;
    expect(await waitFor('an answer', status, (seen) => seen !== undefined)).toBe(503);
    await postgres.run('alter database replica set default_transaction_read_only = off');
    await waitFor('readiness', status, (seen) => seen === 200);
    expect(server.output()).toContain('it only reads');
  });
});

describe('two servers on one database', () => {
  const log = pino({ level: 'silent' });
  const subscription = (id: string) => `subscription { taskStatusChanged(id: "${id}") { status } }`;

  /** The statuses that a subscriber sees, to the end. */
  async function statusesAt(url: string, id: string): Promise<string[]> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: subscription(id) }),
    });
    return [...(await response.text()).matchAll(/"status":"(\w+)"/g)].map(([, status = '']) => status);
  }

  async function startTwo(stack: AsyncDisposableStack, name: string, env: Record<string, string> = {}) {
    await postgres.create(name);
    const folder = stack.use(await temporaryFolder());
    const settings = {
      DATABASE_URL: postgres.urlOf(name),
      DATA_DIR: folder.path,
      MEDIA_SHARED: 'true',
      ...env,
    };
    const one = stack.use(await startTestApp(settings, log));
    const two = stack.use(await startTestApp(settings, log));
    return [one, two] as const;
  }

  test('push the changes of each to the subscribers of both, also after their listeners were cut', async () => {
    await using stack = new AsyncDisposableStack();
    const [one, two] = await startTwo(stack, 'pushed');
    for (const isCut of [false, true]) {
      if (isCut) {
        const ended = await postgres.run(
          "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'",
          'pushed',
        );
        if (ended.length !== 2) throw new Error(`${ended.length} listeners were cut`);
      }
      const ids = [await generateAt(one.url, input), await generateAt(two.url, input)];
      for (const id of ids) {
        const [here, there] = await Promise.all([statusesAt(one.url, id), statusesAt(two.url, id)]);
        expect([here.at(-1), there.at(-1)]).toEqual(['COMPLETED', 'COMPLETED']);
      }
    }
    const listeners = () =>
      postgres.run(
        "select 1 from pg_stat_activity where query ilike 'listen%' or query = 'select 1'",
        'pushed',
      );
    await waitFor('two listeners', listeners, ({ length }) => length === 2);
  });

  test('push without notifications too, as behind a pooler that refuses LISTEN', async () => {
    await using stack = new AsyncDisposableStack();
    const [one, two] = await startTwo(stack, 'unheard', {
      DATABASE_LISTEN_URL: 'postgres://nobody@127.0.0.1:9/unheard',
    });
    const id = await generateAt(one.url, input);
    expect((await statusesAt(two.url, id)).at(-1)).toBe('COMPLETED');
  });
});
