import { sql, type Kysely, type Transaction } from 'kysely';
import { prepared } from './prepared.ts';
import { beginMedia, forgetMedia, nameMedia, releaseMedia, unnamedMedia } from './begun-media.ts';
import type { TaskId, VideoTask } from '../../domain/video-task.ts';
import type {
  MediaKind,
  MediaRecords,
  MediaUse,
  OldestVideosRequest,
  StoredVideo,
} from '../media-records.ts';
import type { Transact } from '../transactions.ts';
import { paddedList } from '../reads/padded-list.ts';
import type { Database } from '../tables/database.ts';
import { fromRow } from '../tables/tasks.ts';

/** In the order in which their sums are locked. */
const kinds: readonly MediaKind[] = ['video', 'poster', 'upload'];

/** A file that a row names. */
interface NamedFile {
  readonly key: string;
  readonly kind: MediaKind;
  /** Null for an upload. */
  readonly taskId: TaskId | null;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Notes that a row names files from now on: written with that row. */
export async function storeMedia(trx: Transaction<Database>, files: readonly NamedFile[]): Promise<void> {
  await addUse(trx, [await insertFiles(trx, files)]);
}

/** Notes that no row names files any more: written with that row. The files are removed after it, or were before. */
export async function dropMedia(trx: Transaction<Database>, keys: readonly string[]): Promise<void> {
  await addUse(trx, [await deleteFiles(trx, keys)]);
}

/** Changes of the use of storage by kind. */
type UseChange = ReadonlyMap<MediaKind, { readonly files: number; readonly bytes: number }>;

async function insertFiles(trx: Transaction<Database>, files: readonly NamedFile[]): Promise<UseChange> {
  for (const { key, kind, taskId, bytes, at } of files) {
    await nameMedia(trx, key);
    await trx.executeQuery(insertFile(trx, { key, kind, taskId, bytes, at }));
  }
  return sumOf(files, 1);
}

const insertFile = prepared<NamedFile>(
  (db, { key, kind, taskId, bytes, at }) =>
    db.insertInto('stored_media').values({ media_key: key, kind, task_id: taskId, bytes, at }).compile(),
  { isBlind: true },
);

async function deleteFiles(trx: Transaction<Database>, keys: readonly string[]): Promise<UseChange> {
  if (keys.length === 0) return new Map();
  const dropped = await trx
    .deleteFrom('stored_media')
    .where('media_key', 'in', keys)
    .returning(['kind', 'bytes'])
    .execute();
  return sumOf(dropped, -1);
}

function sumOf(files: readonly Pick<NamedFile, 'kind' | 'bytes'>[], sign: 1 | -1): UseChange {
  const sums = new Map<MediaKind, { files: number; bytes: number }>();
  for (const { kind, bytes } of files) {
    const sum = sums.get(kind) ?? { files: 0, bytes: 0 };
    sums.set(kind, { files: sum.files + sign, bytes: sum.bytes + sign * bytes });
  }
  return sums;
}

/** Follows a change of a task with its files: new ones are named, those of a deleted task are left to be removed. */
export async function changeTaskMedia(
  trx: Transaction<Database>,
  before: VideoTask,
  after: VideoTask,
): Promise<void> {
  const [named, wanted] = [filesOf(before), filesOf(after)];
  const keys = new Set(wanted.map(({ key }) => key));
  const gone = named.map(({ key }) => key).filter((key) => !keys.has(key));
  const dropped = await deleteFiles(trx, gone);
  // The retention has removed them before.
  if (after.result.video?.removedAt === undefined) await releaseMedia(trx, gone);
  const known = new Set(named.map(({ key }) => key));
  const stored = await insertFiles(
    trx,
    wanted.filter(({ key }) => !known.has(key)),
  );
  await addUse(trx, [dropped, stored]);
}

/** The files that a task names. */
function filesOf({ id, deletedAt, result: { video, completedAt } }: VideoTask): NamedFile[] {
  if (video === null || deletedAt !== null || video.removedAt !== undefined) return [];
  const of = { taskId: id, at: video.archivedAt ?? completedAt ?? 0 };
  const { mediaKey, bytes, poster } = video;
  return [
    { ...of, key: mediaKey, kind: 'video', bytes: bytes ?? 0 },
    ...(poster === undefined
      ? []
      : [{ ...of, key: poster.mediaKey, kind: 'poster', bytes: poster.bytes } as const]),
  ];
}

/** All sums that a write changes, in the order in which they are locked. */
async function addUse(trx: Transaction<Database>, changes: readonly UseChange[]): Promise<void> {
  for (const kind of kinds) {
    for (const change of changes) {
      const sum = change.get(kind);
      if (sum !== undefined) await trx.executeQuery(addToUse(trx, { kind, ...sum }));
    }
  }
}

const addToUse = prepared<MediaUse>(
  (db, { kind, files, bytes }) =>
    db
      .insertInto('media_use')
      .values({ kind, files, bytes })
      .onConflict((conflict) =>
        conflict.column('kind').doUpdateSet({
          files: sql`media_use.files + excluded.files`,
          bytes: sql`media_use.bytes + excluded.bytes`,
        }),
      )
      .compile(),
  { locks: ({ kind }) => ({ kind: 'mediaUse', key: String(kinds.indexOf(kind)) }), isBlind: true },
);

/** The use of storage by kind. */
export async function readMediaUse(db: Kysely<Database>): Promise<readonly MediaUse[]> {
  return db.selectFrom('media_use').selectAll().orderBy('kind').execute();
}

/** Stored videos, oldest first. */
export async function readOldestVideos(
  db: Kysely<Database>,
  { storedBefore, after, limit }: OldestVideosRequest,
): Promise<readonly StoredVideo[]> {
  let query = db
    .selectFrom('stored_media')
    .select(['media_key', 'task_id', 'bytes', 'at'])
    .where('kind', '=', 'video')
    .orderBy('at')
    .orderBy('media_key')
    .limit(limit);
  if (storedBefore !== null) query = query.where('at', '<', storedBefore);
  if (after !== null) {
    query = query.where((where) =>
      where(where.refTuple('at', 'media_key'), '>', where.tuple(after.at, after.mediaKey)),
    );
  }
  const rows = await query.execute();
  return rows.map((row) => ({
    mediaKey: row.media_key,
    taskId: row.task_id as TaskId,
    bytes: row.bytes,
    at: row.at,
  }));
}

/** What is known of files, in the tables of a database. */
export const mediaRecords = (db: Kysely<Database>, transact: Transact): MediaRecords => ({
  begin: (key, at) => transact((trx) => beginMedia(trx, key, at), []),
  unnamed: (request) => unnamedMedia(db, request),
  forget: (keys) => transact((trx) => forgetMedia(trx, keys)),
  use: () => readMediaUse(db),
  tasksOf: (keys) => readTasksOf(db, keys),
  oldestVideos: (request) => readOldestVideos(db, request),
});

/** The tasks that are not deleted of some keys of videos and posters. */
export async function readTasksOf(db: Kysely<Database>, keys: readonly string[]): Promise<VideoTask[]> {
  const rows = await db
    .selectFrom('tasks')
    .selectAll()
    .where('id', 'in', (query) =>
      query
        .selectFrom('stored_media')
        .select('task_id')
        .where('media_key', 'in', paddedList(keys))
        .where('task_id', 'is not', null)
        .$castTo<{ task_id: string }>(),
    )
    .where('deleted_at', 'is', null)
    .execute();
  return rows.map(fromRow);
}
