import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/open-database.ts';
import { migrations } from '../../src/store/migrations/migrations.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { needsLongUpdate } from '../../src/store/sqlite/update-file.ts';
import { updateInThread } from '../../src/store/sqlite/update-in-thread.ts';
import { migrateTo } from '../support/earlier-database.ts';
import { local, sampleTime } from '../support/sample-task.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const earlier = '0012_provider_facts';
const stepsOfToday = Object.keys(await migrations.getMigrations());
const rows = 20_000;
const stack = new AsyncDisposableStack();
/** A database of an earlier version, with many tasks. */
let large: string;

/** Writes the tables of an earlier version, and tasks. */
async function write(file: string, count: number): Promise<void> {
  {
    using database = new DatabaseSync(file);
    await migrateTo(database, earlier);
  }
  seedTasks(file, count, (index) => ({
    prompt: 'A ring',
    stage: 'COMPLETED',
    label: index % 2 === 0 ? 'even' : null,
    nextAction: null,
    dueAt: null,
    completedAt: sampleTime,
  }));
}

/** Copies a database that no one has open. */
function copy(from: string, to: string): void {
  using database = new DatabaseSync(from);
  database.prepare('vacuum into ?').run(to);
}

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  large = join(folder.path, 'large.db');
  await write(large, rows);
});
afterAll(() => stack.disposeAsync());

/** The steps that a database has had. */
function stepsOf(file: string): string[] {
  using database = new DatabaseSync(file);
  return database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => name as string);
}

/** Updates a file in a process of its own, which kills itself at the first turn of its event loop after a step began. */
async function updateUntil(file: string, step: string): Promise<NodeJS.Signals | null> {
  const module = new URL('../../src/store/sqlite/update-file.ts', import.meta.url);
  const program = `
    const { updateFile } = await import(${JSON.stringify(module.href)});
    await updateFile(${JSON.stringify(file)}, (name) => {
      if (name === ${JSON.stringify(step)}) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    });`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

describe('the update of a file of an earlier version', () => {
  test('that kill -9 ends in the middle of a step leaves the file as it was; the next start updates it', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    await write(file, 3);
    const before = stepsOf(file);
    // It gives way in its middle, when it has dropped tables and made others.
    expect(await updateUntil(file, '0015_filters')).toBe('SIGKILL');
    expect(stepsOf(file)).toEqual(before);
    await using store = await openSqliteStore(file);
    expect(await store.countMatching(local, { status: ['COMPLETED'] })).toEqual({ count: 3, isExact: true });
    expect(await store.countMatching(local, { label: 'even' })).toEqual({ count: 2, isExact: true });
  });

  test('is long where there are many tasks, and done once', async () => {
    await using folder = await temporaryFolder();
    const [few, fresh, many] = ['few.db', 'new.db', 'many.db'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    await write(few, 3);
    copy(large, many);
    expect(await Promise.all([few, fresh, many].map(needsLongUpdate))).toEqual([false, false, true]);
    await (await openSqliteStore(many))[Symbol.asyncDispose]();
    expect(await needsLongUpdate(many)).toBe(false);
  });

  test('tells its steps; the port answers meanwhile, and is the same afterwards', async () => {
    await using folder = await temporaryFolder();
    copy(large, join(folder.path, 'reelay.db'));
    const lines: Record<string, unknown>[] = [];
    const answers: Promise<[number, number]>[] = [];
    const onLine = (text: string) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      const { url } = line;
      if (typeof url !== 'string') return;
      const ask = async (path: string) => (await fetch(`${url}${path}`)).status;
      answers.push(Promise.all([ask('/healthz'), ask('/readyz')]));
    };
    const config = readConfig({ PORT: '0', DATA_DIR: folder.path });
    const opened = await openDatabase(
      config,
      pino({ base: null }, { write: onLine }),
      new AbortController().signal,
    );
    await using store = opened.store;
    expect(await Promise.all(answers)).toEqual([[200, 503]]);
    expect(lines[0]?.['url']).toBe(`http://127.0.0.1:${opened.port}`);
    expect(lines.flatMap(({ step }) => (typeof step === 'string' ? [step] : []))).toEqual(
      stepsOfToday.filter((name) => name > earlier),
    );
    expect(await store.countMatching(local, { label: 'even' })).toEqual({ count: rows / 2, isExact: true });
  });

  test('ends when it is told to, and leaves the file as it was', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    copy(large, file);
    const stop = new AbortController();
    const reason = new Error('stopped');
    const update = updateInThread(file, { onStep: () => stop.abort(reason), signal: stop.signal });
    await expect(update).rejects.toBe(reason);
    expect(stepsOf(file)).toEqual(stepsOf(large));
    await updateInThread(file, { onStep: () => {}, signal: new AbortController().signal });
    expect(stepsOf(file)).toEqual(stepsOfToday);
  });

  test('that fails says why', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    await write(file, 3);
    {
      using database = new DatabaseSync(file);
      database.exec('create table task_counts (other text)');
    }
    const update = updateInThread(file, { onStep: () => {}, signal: new AbortController().signal });
    await expect(update).rejects.toThrow('could not be brought up to date');
  });
});
