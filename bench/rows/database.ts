import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { updateFile } from '../../src/store/sqlite/update-file.ts';
import { migrateTo } from '../../test/support/earlier-database.ts';
import { indexSearch } from './index-search.ts';
import { promptOf, searched } from './texts.ts';

/** The version whose tables are filled; what came later is added as at an update of the program. */
const filledVersion = '0012_provider_facts';
/** Different prompts; each task has a number of its own behind. */
const prompts = 2000;
/** A task takes one revision when it comes and four more until it has ended. */
const revisionsPerTask = 5;
const dayMs = 24 * 3_600_000;
const yearMs = 365 * dayMs;

/** The number of a task by its index, oldest first. */
export const numberOf = (index: number): number => 1 + index * revisionsPerTask;

/** The revision counter of a database with so many finished tasks. */
export const lastRevisionOf = (tasks: number): number => tasks * revisionsPerTask;

/** The folder of a database, as DATA_DIR. */
export interface Filled {
  readonly folder: string;
  readonly file: string;
  readonly tasks: number;
  /** How long the tables took to be brought up to date, in milliseconds. */
  readonly migrationMs: number;
  /** The CPU that the search index took, in milliseconds. */
  readonly indexCpuMs: number;
}

/**
 * Makes a database of finished tasks with their histories, files, keys and costs: four of five are of the owner `local`, the
 * others of forty owners; created evenly over a year; four of five are completed, a fourth is of another provider.
 */
export async function fillDatabase(folder: string, tasks: number): Promise<Filled> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'reelay.db');
  {
    using database = new DatabaseSync(file);
    // It is thrown away if the machine stops.
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -200000');
    await migrateTo(database, filledVersion);
    fill(database, tasks);
  }
  sync(file);
  const startedAt = performance.now();
  await updateFile(file, () => {});
  const migrationMs = performance.now() - startedAt;
  // A server does so in the background: what is measured is the time after.
  const indexCpuMs = await indexSearch(file);
  sync(file);
  return { folder, file, tasks, migrationMs, indexCpuMs };
}

/** Brings a file to the disk: otherwise the first commits of what is measured would wait for that. */
function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function fill(database: DatabaseSync, tasks: number): void {
  const indexes = database
    .prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null")
    .all() as { name: string; sql: string }[];
  database.exec('begin');
  // Building an index takes a tenth of the time of keeping it.
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  database.exec('create temp table texts (i integer primary key, prompt text)');
  const insert = database.prepare('insert into texts values (?, ?)');
  for (let index = 0; index < prompts; index += 1) insert.run(index, promptOf(index));
  const begin = Date.now() - yearMs;
  const created = `cast(${begin} + i * ${yearMs / (tasks + 1)} as integer)`;
  const values: Readonly<Record<string, string>> = {
    id: 'substr(lower(hex(randomblob(11))), 1, 22)',
    number: `1 + i * ${revisionsPerTask}`,
    owner: "case when i % 5 > 0 then 'local' else 'key:owner-' || (i / 5 % 40) end",
    stage: "case i % 10 when 1 then 'CANCELED' when 2 then 'FAILED' else 'COMPLETED' end",
    provider: "case when i / 10 % 4 = 1 then 'SIMULATOR' else 'KIE' end",
    model: "'veo3_fast'",
    provider_task_id: 'lower(hex(randomblob(16)))',
    provider_status: "'success'",
    prompt: `(select prompt from texts where texts.i = n.i % ${prompts}) || ' ' || i || case i
      when ${tasks >> 3} then ' ${searched.rare}' when ${tasks >> 2} then ' ${searched.rareCyrillic}' else '' end`,
    label: "case when i % 3 = 0 then 'SKU-' || (i % 50) end",
    reference_images: "'[]'",
    images_as: "'AUTO'",
    aspect_ratio: "'LANDSCAPE_16_9'",
    duration_seconds: '8',
    video: `case when i % 10 in (1, 2) then null else json_object('sourceUrl', 'https://cdn.example/' || i || '.mp4',
      'mediaKey', i || '.mp4', 'contentType', 'video/mp4', 'bytes', 30000, 'sha256', null, 'width', 1920, 'height', 1080,
      'durationSeconds', 8, 'archivedAt', ${created} + 120000) end`,
    error: `case i % 10 when 2 then json_object('code', 'PROVIDER_FAILED', 'message', 'It failed', 'providerCode', '500',
      'retryable', json('true'), 'billed', 'UNKNOWN') end`,
    cost: `json_object('amount', 0.3, 'credits', 60, 'settled', json('true'))`,
    callback_token: 'substr(lower(hex(randomblob(11))), 1, 22)',
    created_at: created,
    submitted_at: `${created} + 1000`,
    completed_at: `${created} + 120000`,
    updated_at: `${created} + 120000`,
    last_checked_at: `${created} + 119000`,
    checks: '12',
    unknown_checks: '0',
    revision: `(1 + i) * ${revisionsPerTask}`,
  };
  database.exec(`
    insert into tasks (${Object.keys(values).join()})
      with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${tasks})
      select ${Object.values(values).join()} from n;
    insert into transitions (task_id, seq, stage, at)
      select id, seq, case seq when 4 then tasks.stage else steps.stage end, created_at + seq
      from tasks, (select 1 as seq, 'WAITING' as stage union all select 2, 'SUBMITTING' union all
        select 3, 'GENERATING' union all select 4, '') as steps;
    insert into ledger (task_id, owner, provider, model, month, at, micros, credits, settled)
      select id, owner, provider, model, strftime('%Y-%m', created_at / 1000, 'unixepoch'), created_at, 300000, 60, 1
      from tasks;
    insert into spending (owner, month, micros) select owner, month, sum(micros) from ledger group by owner, month;
    insert into idempotency_keys (owner, key, input_hash, task_id)
      select owner, 'key-' || number, lower(hex(randomblob(32))), id from tasks where number % 10 < 3;
    insert into stored_media (media_key, kind, task_id, bytes, at)
      select json_extract(video, '$.mediaKey'), 'video', id, 30000, completed_at from tasks where video is not null;
    insert into media_use (kind, files, bytes) select kind, count(*), sum(bytes) from stored_media group by kind;
    update revision_counter set value = ${lastRevisionOf(tasks)};
    insert into epochs (seq, name, first_revision) values (0, 'aaaaaaaa', 0), (1, '${epoch}', 1);
  `);
  for (const { sql } of indexes) database.exec(sql);
  database.exec('commit');
}

const epoch = 'bbbbbbbb';

/** A place in the order of changes of a filled database, as clients name it. */
export const revisionAt = (counter: number): string => `${String(counter).padStart(16, '0')}-${epoch}`;

/** Adds tasks of `local` that wait to be sent, to a database that no one has open. They are due. */
export function addWaiting(file: string, count: number): void {
  {
    using database = new DatabaseSync(file);
    insertWaiting(database, count);
  }
  sync(file);
}

function insertWaiting(database: DatabaseSync, count: number): void {
  database.exec('pragma synchronous = off; begin');
  const { value } = database.prepare('select value from revision_counter').get() as { value: number };
  const number = `${value} + i`;
  const now = Date.now();
  database.exec(`
    create temp table waiting as
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      select substr(lower(hex(randomblob(11))), 1, 22) as id, i from n;
    insert into transitions (task_id, seq, stage, at) select id, 1, 'WAITING', ${now} from waiting;
    insert into tasks (id, number, owner, stage, provider, model, prompt, reference_images, images_as, aspect_ratio,
      callback_token, created_at, updated_at, checks, unknown_checks, next_action, due_at, revision)
      select id, ${number}, 'local', 'WAITING', 'KIE', 'veo3_fast', 'A ring that waits ' || i, '[]', 'AUTO',
      'LANDSCAPE_16_9', substr(lower(hex(randomblob(11))), 1, 22), ${now}, ${now}, 0, 0, 'submit', ${now} - ${count} + i,
      ${number} from waiting;
    insert into open_tasks (owner, count) values ('local', ${count})
      on conflict (owner) do update set count = count + ${count};
    update revision_counter set value = ${value + count};
    drop table waiting;
    commit`);
}

/** Deletes the newest tasks two days ago, in a database that no one has open: housekeeping removes them. */
export function deleteNewest(file: string, count: number): void {
  {
    using database = new DatabaseSync(file);
    database.exec('pragma synchronous = off; begin');
    database.exec(`
      update tasks set deleted_at = ${Date.now() - 2 * dayMs}
      where id in (select id from tasks where deleted_at is null and owner = 'local' order by number desc limit ${count});
      commit`);
  }
  sync(file);
}
