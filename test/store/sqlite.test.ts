import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { sampleTask } from '../support/sample-task.ts';
import { copyWhatIsLeft, powerCutEnv } from '../support/power-cut.ts';
import { storeProcess } from '../support/store-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { storeContract, type TestDatabase } from './contract.ts';

/** A file in a folder of its own; a backup is a copy of that folder, with whatever SQLite keeps beside the file. */
async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const backup = join(folder.path, 'backup');
  return {
    open: () => openSqliteStore(join(data, 'reelay.db')),
    backUp: async () => {
      await cp(data, backup, { recursive: true });
      return async () => {
        await rm(data, { recursive: true });
        await cp(backup, data, { recursive: true });
      };
    },
    soleOwner: true,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

storeContract('SQLite', sqliteDatabase);

const inUse = (file: string) =>
  `The database ${file} is in use by another process: stop that one, or give this one its own DATA_DIR`;

/** Expects all tasks that were answered for, and every task whole; returns their ids. */
async function expectWholeTasks(file: string, answered: readonly TaskId[]): Promise<readonly TaskId[]> {
  await using store = await openSqliteStore(file);
  const rows = await store.changesAfter(0, { limit: 1_000_000 });
  const kept = rows.map(({ id }) => id);
  expect(answered.filter((id) => !kept.includes(id))).toEqual([]);
  expect(rows.map(({ revision }) => revision)).toEqual(rows.map((_, index) => index + 1));
  expect(await store.lastRevision()).toBe(rows.length);
  const halves = await Promise.all(
    rows.map(async (row) => ({
      stages: (await store.history(row.id)).map(({ stage }) => stage),
      again: (await store.insert(sampleTask(), { key: row.id, inputHash: 'hash' })).kind,
    })),
  );
  expect(halves).toEqual(rows.map(() => ({ stages: ['WAITING'], again: 'repeated' })));
  return kept;
}

describe('the file of a SQLite store', () => {
  test('a write that the database has rolled back by itself rejects with its cause, and the next one is durable', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    const task = sampleTask();
    {
      await using store = await openSqliteStore(file);
      await store.insert(task, null);
    }
    {
      // As after a full disk or a failed write: the transaction is over when the statement fails.
      using database = new DatabaseSync(file);
      database.exec(
        "create trigger full before update on tasks when new.hint = 'x' begin select raise(rollback, 'disk is full'); end",
      );
    }
    await using store = await openSqliteStore(file);
    const hinting = (hint: string) =>
      store.change(task.id, () => ({ patch: { hint }, announces: true, transition: null }));
    await expect(hinting('x')).rejects.toThrow('disk is full');
    expect(await hinting('y')).toMatchObject({ hint: 'y' });
  });

  test('a process that comes second is refused in one line, and may open once the first was killed', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    await using first = storeProcess(file, 'hold');
    expect(await first.nextLine()).toBe('open');
    await expect(openSqliteStore(file)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: inUse(file),
    });
    await using second = storeProcess(file, 'hold');
    expect(await second.nextLine()).toBe(inUse(file));

    await first.kill();
    await using store = await openSqliteStore(file);
    expect(await store.lastRevision()).toBe(0);
    await using third = storeProcess(file, 'hold');
    expect(await third.nextLine()).toBe(inUse(file));
  });

  test('a second store in the same process is refused, and the first goes on', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    await using store = await openSqliteStore(file);
    await expect(openSqliteStore(file)).rejects.toMatchObject({ message: inUse(file) });
    expect(await store.insert(sampleTask(), null)).toMatchObject({ kind: 'inserted' });
    await using other = storeProcess(file, 'hold');
    expect(await other.nextLine()).toBe(inUse(file));
  });

  test('kill -9 at any moment loses no task that was answered for, nor half of one', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    const answered: TaskId[] = [];
    for (const linesToRead of [1, 40, 7 + Math.floor(Math.random() * 60)]) {
      await using inserting = storeProcess(file, 'insert');
      expect(await inserting.nextLine()).toBe('open');
      const lines: string[] = [];
      while (lines.length < linesToRead) lines.push((await inserting.nextLine()) ?? 'it ended by itself');
      lines.push(...(await inserting.kill()));
      const pattern = /^inserted (.+)$/;
      expect(lines.filter((line) => !pattern.test(line))).toEqual([]);
      answered.push(...lines.map((line) => line.replace(pattern, '$1') as TaskId));

      await expectWholeTasks(file, answered);
    }
  });

  test.each([0, 1, 3])(
    'kill -9 between the statements of a group and its commit, after %s groups, loses no task that was answered for',
    async (groups) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, 'reelay.db');
      await using inserting = storeProcess(file, { groups });
      expect(await inserting.nextLine()).toBe('open');
      const answered: TaskId[] = [];
      for (let line = await inserting.nextLine(); line !== undefined; line = await inserting.nextLine()) {
        answered.push(line.replace(/^inserted /, '') as TaskId);
      }
      // A slow machine divides twenty into several groups.
      expect(answered.length > 0).toBe(groups > 0);
      expect(await expectWholeTasks(file, answered)).toHaveLength(answered.length);
    },
  );

  test.for([
    ['at once', 0],
    ['slowly', 5],
  ] as const)(
    'a power cut on a disk that syncs %s loses no task that was answered for',
    async ([, addedMs], { skip }) => {
      await using folder = await temporaryFolder();
      const [before, after] = [join(folder.path, 'before'), join(folder.path, 'after')];
      for (const each of [before, after]) await mkdir(each);
      const env = await powerCutEnv(folder.path, addedMs);
      if (env === null) {
        skip('No C compiler builds what keeps the files as a power cut would leave them.');
        return;
      }
      await using inserting = storeProcess(join(before, 'reelay.db'), { groups: 12 }, env);
      expect(await inserting.nextLine()).toBe('open');
      const answered: TaskId[] = [];
      for (let line = await inserting.nextLine(); line !== undefined; line = await inserting.nextLine()) {
        answered.push(line.replace(/^inserted /, '') as TaskId);
      }
      await copyWhatIsLeft(before, after);
      expect(answered.length).toBeGreaterThan(20);
      await expectWholeTasks(join(after, 'reelay.db'), answered);
    },
  );

  test('a copy made while the store is open, put back later, knows its own revisions and no lost one', async () => {
    await using database = await sqliteDatabase();
    const known: string[] = [];
    const lost: string[] = [];
    const putBack = await (async () => {
      await using store = await database.open();
      const insertInto = async (texts: string[]) => {
        await store.insert(sampleTask(), null);
        texts.push(store.formatRevision(await store.lastRevision()));
      };
      await insertInto(known);
      await insertInto(known);
      const later = await database.backUp();
      await insertInto(lost);
      await insertInto(lost);
      return later;
    })();
    await putBack();
    await using store = await database.open();
    expect(await store.lastRevision()).toBe(2);
    for (let more = 0; more < 3; more += 1) {
      expect(await Promise.all(known.map((text) => store.parseRevision(text)))).toEqual([
        { kind: 'known', counter: 1 },
        { kind: 'known', counter: 2 },
      ]);
      expect(await Promise.all(lost.map((text) => store.parseRevision(text)))).toEqual([
        { kind: 'foreign' },
        { kind: 'foreign' },
      ]);
      await store.insert(sampleTask(), null);
    }
  });

  test('what is not a database is refused in one line and left as it is', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'notes.txt');
    await writeFile(file, 'Not a database, but something that its owner may need. '.repeat(100));
    await expect(openSqliteStore(file)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: `The database ${file} cannot be opened: file is not a database`,
    });
  });

  test('a place that cannot be written is refused with the setting to change', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'notes.txt');
    await writeFile(file, 'Not a folder');
    // Below /proc, Node's own recursive mkdir never ends.
    const nowhere = process.platform === 'linux' ? ['/proc/none/deeper/reelay.db'] : [];
    for (const place of [join(file, 'reelay.db'), folder.path, ...nowhere]) {
      await expect(openSqliteStore(place)).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        message: expect.stringMatching(
          /^The database .* cannot be opened: .*\. Choose a folder that this user may write to$/,
        ) as string,
      });
    }
  });

  test('a database of a later version is refused, and let go of', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    await (await openSqliteStore(file))[Symbol.asyncDispose]();
    const asLater = (sql: string) => {
      using database = new DatabaseSync(file);
      database.exec(sql);
    };
    asLater("insert into kysely_migration (name, timestamp) values ('9999_later', '2030')");
    await expect(openSqliteStore(file)).rejects.toThrow('The database could not be brought up to date');
    asLater("delete from kysely_migration where name = '9999_later'");
    await using store = await openSqliteStore(file);
    expect(await store.lastRevision()).toBe(0);
  });
});
