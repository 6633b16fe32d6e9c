import { writeSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { sampleTask } from './sample-task.ts';

// A process of its own for store-process.ts: says "open", or why not; with "insert" it then keeps tasks for
// as long as it lives, and says each id once the store has answered for it. With "group" it does so twenty at a time,
// and is killed right before a commit of them, the one after as many groups as the last argument says.
const [file = '', work, groups = '0'] = process.argv.slice(2);

/** Kills this process between the statements of a group and its commit, once armed. */
const deadly = { isArmed: false, left: Number(groups) };
const prepare: (sql: string) => StatementSync = Reflect.get(DatabaseSync.prototype, 'prepare');
DatabaseSync.prototype.prepare = function prepareOrDie(sql) {
  const statement = prepare.call(this, sql);
  if (sql !== 'commit') return statement;
  const run = statement.run.bind(statement);
  statement.run = () => {
    if (deadly.isArmed && deadly.left === 0) process.kill(process.pid, 'SIGKILL');
    if (deadly.isArmed) deadly.left -= 1;
    return run();
  };
  return statement;
};

try {
  const store = await openSqliteStore(file);
  process.stdout.write('open\n');
  if (work === 'group') {
    deadly.isArmed = true;
    for (;;) {
      const tasks = Array.from({ length: 20 }, () => sampleTask());
      await Promise.all(
        tasks.map(async (task) => {
          const { kind } = await store.insert(task, { key: task.id, inputHash: 'hash' });
          // A pipe is written asynchronously, and would lose what was answered right before the kill.
          writeSync(1, `${kind} ${task.id}\n`);
        }),
      );
    }
  }
  if (work === 'insert') {
    for (;;) {
      const task = sampleTask();
      const { kind } = await store.insert(task, { key: task.id, inputHash: 'hash' });
      process.stdout.write(`${kind} ${task.id}\n`);
    }
  }
  // Holds the file until its end; an open pipe keeps the process alive.
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
