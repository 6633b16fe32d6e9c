import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How many tasks one statement carries over. */
const batchSize = 500;

/** What the migration reads and writes, as it was and will be. */
interface Tables {
  tasks: {
    revision: number;
    id: string;
    video: string | null;
    completed_at: number | null;
    deleted_at: number | null;
  };
  stored_media: { media_key: string; kind: string; task_id: string | null; bytes: number; at: number };
  begun_media: { media_key: string; at: number };
}

/** Files that rows name, and what they take: retention finds the oldest by index. */
export const storedMedia: Migration = {
  async up(db: Kysely<Tables>) {
    await db.schema
      .createTable('stored_media')
      .addColumn('media_key', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('task_id', 'text')
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('stored_media_age')
      .on('stored_media')
      .columns(['kind', 'at', 'media_key'])
      .execute();
    await db.schema
      .createTable('media_use')
      .addColumn('kind', 'text', (column) => column.primaryKey())
      .addColumn('files', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .execute();
    await sql`
      insert into stored_media (media_key, kind, task_id, bytes, at)
      select media_key, 'upload', null, bytes, created_at from uploads`.execute(db);
    for (let after = 0; ;) {
      const tasks = await db
        .selectFrom('tasks')
        .select(['revision', 'id', 'video', 'completed_at', 'deleted_at'])
        // The order of an index: any other would sort all tasks for each batch.
        .where('revision', '>', after)
        .where('video', 'is not', null)
        .orderBy('revision')
        .limit(batchSize)
        .execute();
      await carryOver(db, tasks);
      const last = tasks.at(-1);
      if (last === undefined || tasks.length < batchSize) break;
      after = last.revision;
    }
    await sql`
      insert into media_use (kind, files, bytes)
      select kind, count(*), sum(bytes) from stored_media group by kind`.execute(db);
  },
};

/** Videos of tasks are named; those of deleted ones are left to be removed, if that failed then. */
async function carryOver(db: Kysely<Tables>, tasks: readonly Tables['tasks'][]): Promise<void> {
  const files = tasks.flatMap(({ id, video, completed_at, deleted_at }) => {
    if (video === null) return [];
    const { mediaKey, bytes, archivedAt } = JSON.parse(video) as {
      mediaKey: string;
      bytes: number | null;
      archivedAt: number | null;
    };
    return [
      { id, mediaKey, bytes: bytes ?? 0, at: archivedAt ?? completed_at ?? 0, deleted: deleted_at !== null },
    ];
  });
  const stored = files
    .filter(({ deleted }) => !deleted)
    .map(({ id, mediaKey, bytes, at }) => ({ media_key: mediaKey, kind: 'video', task_id: id, bytes, at }));
  const released = files
    .filter(({ deleted }) => deleted)
    .map(({ mediaKey }) => ({ media_key: mediaKey, at: 0 }));
  const once = ['media_key'] as const;
  if (stored.length > 0) {
    await db
      .insertInto('stored_media')
      .values(stored)
      .onConflict((conflict) => conflict.columns(once).doNothing())
      .execute();
  }
  if (released.length > 0) {
    await db
      .insertInto('begun_media')
      .values(released)
      .onConflict((conflict) => conflict.columns(once).doNothing())
      .execute();
  }
}
