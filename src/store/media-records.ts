import type { TaskId, VideoTask } from '../domain/video-task.ts';

/** The uses of files. */
export type MediaKind = 'video' | 'poster' | 'upload';

/** What the files of one kind take. */
export interface MediaUse {
  readonly kind: MediaKind;
  readonly files: number;
  readonly bytes: number;
}

/** The copy of a video that a task names. */
export interface StoredVideo {
  readonly mediaKey: string;
  readonly taskId: TaskId;
  readonly bytes: number;
  /** The time at which it was stored, in milliseconds since 1970. */
  readonly at: number;
}

/** Which of the stored videos to return. */
export interface OldestVideosRequest {
  /** Milliseconds since 1970; null: at any time. */
  readonly storedBefore: number | null;
  /** The last one of the page before; null for the first page. */
  readonly after: Pick<StoredVideo, 'at' | 'mediaKey'> | null;
  readonly limit: number;
}

/**
 * What the database knows of files. A file is begun, then named by the row of a task or an upload, then released with
 * that row or its deletion, then removed, and only then forgotten: a crash in between leaves a note of it.
 */
export interface MediaRecords {
  /** Notes that a file is about to be written, until a task or an upload names it. */
  begin(key: string, at: number): Promise<void>;
  /** Keys of files that were begun before a time or released, and that nothing names, in order; those after `after`. */
  unnamed(request: {
    readonly begunBefore: number;
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** Forgets files that were removed. The file goes first: a row without a file does no harm. */
  forget(keys: readonly string[]): Promise<void>;
  /** What the files that rows name take, by kind. */
  use(): Promise<readonly MediaUse[]>;
  /** The tasks that are not deleted of some keys of videos and posters, in any order. */
  tasksOf(keys: readonly string[]): Promise<readonly VideoTask[]>;
  /** Videos that tasks name, oldest first. */
  oldestVideos(request: OldestVideosRequest): Promise<readonly StoredVideo[]>;
}
