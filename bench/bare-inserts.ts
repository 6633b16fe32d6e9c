import { DatabaseSync } from 'node:sqlite';
import { answerParent, type Handlers } from './ipc.ts';
import { prompt } from './tasks.ts';

let database: DatabaseSync | null = null;

// The limit of `mutate`: rows of the size of a task, each with a durable commit of its own, without any server.
const handlers = {
  open: (file: string) => {
    database = new DatabaseSync(file);
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
    database.exec('create table rows (id text primary key, body text not null)');
  },
  insertFor: (seconds: number) => {
    const insert = database?.prepare('insert into rows values (?, ?)');
    const body = JSON.stringify({ prompt, rest: 'x'.repeat(400) });
    const startedAt = performance.now();
    let count = 0;
    for (; performance.now() < startedAt + seconds * 1000; count += 1) insert?.run(crypto.randomUUID(), body);
    return (count * 1000) / (performance.now() - startedAt);
  },
} satisfies Handlers;
answerParent(handlers, () => database?.close());

/** Calls that the runner makes to the process of bare inserts. */
export type BareInsertHandlers = typeof handlers;
