import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { sampleTask } from './sample-task.ts';

// A process of its own for store-process.ts: says "open", or why not; with "insert" it then keeps tasks for
// as long as it lives, and says each id once the store has answered for it.
const [file = '', work] = process.argv.slice(2);
try {
  const store = await openSqliteStore(file);
  process.stdout.write('open\n');
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
