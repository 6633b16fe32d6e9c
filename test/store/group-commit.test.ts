import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assert, asyncProperty } from 'fast-check';
import { CompiledQuery, Kysely, SqliteDialect, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { CommitPace } from '../../src/store/sqlite/commit-pace.ts';
import { GroupCommit } from '../../src/store/sqlite/group-commit.ts';
import { LogSync } from '../../src/store/sqlite/log-sync.ts';
import { directTransaction } from '../../src/store/sqlite/direct-transaction.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Database } from '../../src/store/tables/database.ts';
import { outcomeOf, rowsOf, writes as randomWrites } from '../support/random-writes.ts';
import { sampleTask } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { turnsDuring } from '../support/turns-during.ts';

/** A disk that confirms each sync at once, until it is told to be slow: then each sync waits for `confirm`. */
function heldDisk() {
  let isHeld = false;
  let waiting: ((error: Error | null) => void)[] = [];
  const steps: string[] = [];
  let time = 0;
  return {
    now: () => time,
    steps,
    hold: () => (isHeld = true),
    release: () => (isHeld = false),
    /** Ends the syncs that have begun. */
    confirm: (error: Error | null = null) => {
      const ended = waiting;
      waiting = [];
      for (const end of ended) end(error);
    },
    file: {
      syncNow: () => {
        steps.push('sync now');
        if (isHeld) time += 5;
      },
      sync: (done: (error: Error | null) => void) => {
        steps.push('sync');
        if (isHeld) waiting.push(done);
        else setImmediate(done, null);
      },
      rewrite: () => steps.push('rewrite'),
      [Symbol.dispose]: () => {},
    },
  };
}

/** A table of one column, and the statements that ran on it. */
function openDatabase(groupMs = Infinity, pace = new CommitPace()) {
  const ran: string[] = [];
  const database = new DatabaseSync(':memory:');
  database.exec("create table names (name text primary key check (name != 'bad'))");
  const statements = {
    prepare: (text: string) => {
      const statement = database.prepare(text);
      const reader = statement.columns().length > 0;
      const noted = <Result>(run: () => Result): Result => {
        ran.push(text);
        return run();
      };
      return {
        reader,
        all: (parameters: readonly unknown[]) => noted(() => statement.all(...(parameters as string[]))),
        run: (parameters: readonly unknown[]) =>
          text === 'rollback' && !database.isTransaction
            ? { changes: 0, lastInsertRowid: 0 }
            : noted(() => statement.run(...(parameters as string[]))),
        *iterate() {},
      };
    },
    close: () => database.close(),
  };
  const dialect = new SqliteDialect({ database: statements });
  const db = new Kysely<Database>({ dialect });
  const synced: boolean[] = [];
  const disk = heldDisk();
  const writes = new GroupCommit({
    db,
    log: new LogSync(disk.file, disk.now),
    open: directTransaction(db, dialect, statements),
    setSync: (isOn) => synced.push(isOn),
    groupMs,
    pace,
  });
  const insert = (name: string, thenThrow?: Error): Promise<string> =>
    writes.run(async (trx) => {
      await trx.executeQuery(CompiledQuery.raw('insert into names values (?)', [name]));
      if (thenThrow !== undefined) throw thenThrow;
      return name;
    });
  const soon = (name: string): Promise<string> =>
    writes.runSoon(async (trx) => {
      await trx.executeQuery(CompiledQuery.raw('insert into names values (?)', [name]));
      return name;
    });
  const names = () =>
    database
      .prepare('select name from names order by rowid')
      .all()
      .map(({ name }) => name);
  return {
    db,
    database,
    writes,
    insert,
    soon,
    names,
    ran,
    synced,
    disk,
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

const countOf = (ran: readonly string[], text: string) => ran.filter((one) => one === text).length;

describe('writes that arrive together', () => {
  test('share one commit, in their order, and each keeps its own outcome', async () => {
    await using it = openDatabase();
    const reason = new Error('its own reason');
    const outcomes = await Promise.allSettled([
      it.insert('a'),
      it.insert('bad'),
      it.insert('b'),
      it.insert('undone', reason),
      it.insert('a'),
      it.insert('c'),
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
    expect(it.names()).toEqual(['a', 'b', 'c']);
    expect(countOf(it.ran, 'commit')).toBe(1);
  });

  test('are answered after their commit, those that failed too', async () => {
    await using it = openDatabase();
    const committed: number[] = [];
    const note = () => committed.push(countOf(it.ran, 'commit'));
    await Promise.all([it.insert('a').then(note), it.insert('bad').catch(note), it.insert('b').then(note)]);
    expect(committed).toEqual([1, 1, 1]);
  });

  test('one that makes the database end the transaction takes no other with it', async () => {
    await using it = openDatabase();
    it.database.exec(
      "create trigger full before insert on names when new.name = 'large' begin select raise(rollback, 'disk is full'); end",
    );
    const outcomes = await Promise.allSettled(['a', 'large', 'b'].map((name) => it.insert(name)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'disk is full' } });
    expect(it.names()).toEqual(['a', 'b']);
  });

  test('a commit that fails is tried again for each alone', async () => {
    await using it = openDatabase();
    it.database.exec(`
      pragma foreign_keys = on;
      create table parents (name text primary key);
      create table children (parent text references parents deferrable initially deferred);
    `);
    const adopt = (parent: string) =>
      it.writes.run((trx) => sql`insert into children values (${parent})`.execute(trx));
    // Known to be wrong at the commit only.
    const outcomes = await Promise.allSettled([it.insert('a'), adopt('nobody'), it.insert('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(it.names()).toEqual(['a', 'b']);
  });

  test('have savepoints only after one of them failed, for some groups', async () => {
    await using it = openDatabase();
    const savepoints = async (...group: string[]) => {
      const before = countOf(it.ran, 'savepoint one');
      await Promise.allSettled(group.map((name) => it.insert(name)));
      return countOf(it.ran, 'savepoint one') - before;
    };
    expect(await savepoints('a', 'b')).toBe(0);
    expect(await savepoints('c', 'bad', 'd')).toBe(3);
    const later: number[] = [];
    for (let group = 0; group < 20; group += 1) later.push(await savepoints(`${group} a`, `${group} b`));
    expect([later[0], later.at(-1)]).toEqual([2, 0]);
    expect(it.names()).toHaveLength(44);
  });

  test('wait for the disk unless all of them may be lost with the machine', async () => {
    await using it = openDatabase();
    const unsynced = (name: string, thenThrow?: Error) =>
      it.writes.runUnsynced(async (trx) => {
        await trx.executeQuery(CompiledQuery.raw('insert into names values (?)', [name]));
        if (thenThrow !== undefined) throw thenThrow;
      });
    await Promise.all([it.insert('a'), unsynced('b')]);
    expect(it.disk.steps).toEqual(['sync now']);
    await unsynced('c');
    await Promise.all([unsynced('d'), unsynced('e')]);
    await expect(unsynced('f', new Error('its own reason'))).rejects.toThrow('its own reason');
    expect(it.disk.steps).toEqual(['sync now']);
    await it.insert('g');
    expect(it.disk.steps).toEqual(['sync now', 'sync now']);
    expect(it.names()).toEqual(['a', 'b', 'c', 'd', 'e', 'g']);
    // What does not pass here waits for the disk by itself.
    expect(it.synced.filter((_, index) => index % 2 === 0)).toEqual(Array(5).fill(false));
    expect(it.synced.filter((_, index) => index % 2 === 1)).toEqual(Array(5).fill(true));
  });

  test('are answered when a slow disk has confirmed their commit, while the next group is committed', async () => {
    await using it = openDatabase();
    it.disk.hold();
    await it.insert('measures the disk');
    it.disk.steps.length = 0;
    const answered: string[] = [];
    const insert = (name: string) => it.insert(name).then(() => answered.push(name));
    const inserted = [insert('a'), insert('b')];
    await afterIterations(10);
    expect([it.names().slice(1), it.disk.steps, answered]).toEqual([['a', 'b'], ['sync'], []]);
    const later = [insert('c'), insert('d')];
    await afterIterations(10);
    // The sync under way began before their commit.
    expect([it.names().slice(1), it.disk.steps, answered]).toEqual([['a', 'b', 'c', 'd'], ['sync'], []]);
    const durable = it.writes.durable().then(() => answered.push('all'));
    it.disk.confirm();
    await Promise.all(inserted);
    await afterIterations(10);
    expect(it.disk.steps).toEqual(['sync', 'sync']);
    expect(answered).toEqual(['a', 'b']);
    it.disk.confirm();
    await Promise.all([...later, durable]);
    expect(answered.toSorted()).toEqual(['a', 'all', 'b', 'c', 'd']);
    await it.writes.durable();
    expect(it.disk.steps).toEqual(['sync', 'sync']);
  });

  test('let the next ones begin when they are committed, before a slow disk confirms them', async () => {
    await using it = openDatabase();
    it.disk.hold();
    await it.insert('measures the disk');
    const steps: string[] = [];
    const write = it.writes
      .run(
        async () => {},
        ['key'],
        () => steps.push('committed'),
      )
      .then(() => steps.push('answered'));
    await afterIterations(10);
    expect(steps).toEqual(['committed']);
    it.disk.confirm();
    await write;
    expect(steps).toEqual(['committed', 'answered']);
  });

  test('are measured again after some syncs: a disk that is quick is waited for', async () => {
    await using it = openDatabase();
    it.disk.hold();
    await it.insert('measures the disk');
    it.disk.release();
    for (let count = 0; count < 66; count += 1) await it.insert(`n${count}`);
    expect(it.disk.steps).toEqual(['sync now', ...Array<string>(64).fill('sync'), 'sync now', 'sync now']);
  });

  test('are on the disk once it is quick again, without another sync', async () => {
    await using it = openDatabase();
    it.disk.hold();
    await it.insert('measures the disk');
    it.disk.release();
    for (let count = 0; count < 63; count += 1) await it.insert(`n${count}`);
    it.disk.hold();
    const inserted = [it.insert('a')];
    await afterIterations(10);
    inserted.push(it.insert('b'));
    await afterIterations(10);
    it.disk.release();
    // The next sync is over within the end of this one.
    it.disk.confirm();
    await Promise.all(inserted);
    it.disk.steps.length = 0;
    await it.writes.durable();
    expect(it.disk.steps).toEqual([]);
  });

  test('are not answered as done while the disk refuses them, and are written again before it is asked again', async () => {
    await using it = openDatabase();
    it.disk.hold();
    await it.insert('measures the disk');
    it.disk.steps.length = 0;
    const reason = new Error('its own reason');
    const outcomes = Promise.allSettled([it.insert('a'), it.insert('b', reason)]);
    await afterIterations(10);
    it.disk.confirm(new Error('EIO'));
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ name: 'UnsyncedError' }) as unknown },
      { status: 'rejected', reason },
    ]);
    const inserted = it.insert('c');
    await afterIterations(10);
    expect(it.disk.steps).toEqual(['sync', 'rewrite', 'sync']);
    it.disk.confirm();
    await inserted;
    await it.writes.durable();
    expect(it.names().slice(1)).toEqual(['a', 'c']);
    await Promise.all([it.insert('d'), afterIterations(10).then(() => it.disk.confirm())]);
    expect(it.disk.steps).toEqual(['sync', 'rewrite', 'sync', 'sync']);
  });

  test('those that come while a group runs are the next group, and a large one lets others work in between', async () => {
    await using it = openDatabase(20);
    const slow = (name: string) =>
      it.writes.run(async (trx) => {
        const until = performance.now() + 15;
        while (performance.now() < until) await sql`select 1`.execute(trx);
        await trx.executeQuery(CompiledQuery.raw('insert into names values (?)', [name]));
      });
    const { turns } = await turnsDuring(async () => {
      await Promise.all(Array.from({ length: 8 }, (_, index) => slow(`slow ${index}`)));
    });
    expect(turns).toBeGreaterThan(3);
    expect(it.names()).toHaveLength(8);
    expect(countOf(it.ran, 'commit')).toBeLessThan(8);
  });

  test('are awaited by a store that closes', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'reelay.db');
    const store = await openSqliteStore(file);
    const inserts = Array.from({ length: 5 }, () => store.insert(sampleTask(), null));
    await store[Symbol.asyncDispose]();
    expect((await Promise.all(inserts)).map(({ kind }) => kind)).toEqual(Array(5).fill('inserted'));
  });

  test('do not wait for a reader that never leaves its iteration of the event loop', async () => {
    await using folder = await temporaryFolder();
    await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
    const task = sampleTask();
    const inserted = store.insert(task, null);
    // Only microtasks as long as the reads are answered at once.
    while ((await store.get(task.id)) === null);
    expect((await inserted).kind).toBe('inserted');
  });
});

test('any writes at once have the results and leave the rows that they have and leave one by one', async () => {
  await using folder = await temporaryFolder();
  const empty = join(folder.path, 'empty.db');
  await (await openSqliteStore(empty))[Symbol.asyncDispose]();
  let runs = 0;
  const open = async (name: string) => {
    const file = join(folder.path, `${name}-${runs}.db`);
    await copyFile(empty, file);
    return openSqliteStore(file);
  };
  await assert(
    asyncProperty(randomWrites, async (list) => {
      runs += 1;
      await using together = await open('together');
      await using alone = await open('alone');
      const expected: unknown[] = [];
      for (const write of list) expected.push(await outcomeOf(alone, write));
      expect(await Promise.all(list.map((write) => outcomeOf(together, write)))).toEqual(expected);
      expect(await rowsOf(together)).toEqual(await rowsOf(alone));
    }),
    { numRuns: 20 },
  );
});

describe('writes that can wait', () => {
  /** Longer than a test takes: only what ends the wait early can. */
  const forever = 3_600_000;

  test('make those that cannot, and for which a group had no time, wait no more', async () => {
    const pace = new CommitPace(forever);
    pace.note(100);
    // Each group has time for one write.
    await using it = openDatabase(-1, pace);
    expect(await Promise.all(['a', 'b', 'c'].map((name) => it.insert(name)))).toEqual(['a', 'b', 'c']);
  });

  test('share commits when they come one by one, once a trial has brought some together', async () => {
    await using it = openDatabase();
    const answers: Promise<string>[] = [];
    for (let count = 0; count < 400; count += 1) {
      answers.push(it.soon(`n${count}`));
      await nextIteration();
    }
    await Promise.all(answers);
    expect(it.names()).toHaveLength(400);
    expect(countOf(it.ran, 'commit')).toBeLessThan(200);
  });

  test('are committed by the next write that cannot, and by a store that closes', async () => {
    await using it = openDatabase(Infinity, new CommitPace(forever));
    // So many alone that the next one is made to wait.
    for (let count = 1; count < 16; count += 1) await it.soon(`alone ${count}`);
    const waits = it.soon('waits');
    expect(await Promise.race([waits, afterIterations(50)])).toBeNull();
    await Promise.all([it.insert('urgent'), waits]);
    expect(it.names().slice(-2)).toEqual(['waits', 'urgent']);
    for (let count = 1; count < 16; count += 1) await it.soon(`again ${count}`);
    const last = it.soon('last');
    await afterIterations(50);
    await it.writes.settled();
    await last;
    expect(it.names().at(-1)).toBe('last');
  });
});

const nextIteration = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function afterIterations(count: number): Promise<null> {
  for (let passed = 0; passed < count; passed += 1) await nextIteration();
  return null;
}
