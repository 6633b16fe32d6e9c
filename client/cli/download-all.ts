import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { attachedName, numbered } from './attached-name.ts';
import { download, hashOf } from './download.ts';
import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { listVideos, type VideoPage } from './operations.ts';
import type { Session } from './session.ts';

/** Options of `download`. */
export interface DownloadOptions {
  readonly all?: true | undefined;
  readonly since?: string | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly out?: string | undefined;
}

type Task = VideoPage['edges'][number]['node'];

/** Videos on one page: their links are read shortly before they are used. */
const pageSize = 50;

/**
 * Saves the finished videos of the caller in a folder, newest first, under the names that the server gives. A file that is
 * there completely is skipped, and one that is there in part is continued. One that cannot be saved is reported, and the
 * others are saved; the exit code is then that of the first failure.
 */
export async function downloadAll(session: Session, options: DownloadOptions): Promise<ExitCode> {
  const { output, server, environment, signal } = session;
  if (options.all !== true) throw refused('Give --all to save all finished videos.', '--all');
  const filter = {
    status: ['COMPLETED'],
    ...(options.since !== undefined && { endedAfter: startOf(options.since) }),
    ...(options.label !== undefined && { label: options.label }),
    ...(options.group !== undefined && { group: options.group }),
  };
  const folder = resolve(environment.folder, options.out ?? '.');
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw refused(`This folder cannot be made: ${folder}`, '--out', cause);
  });
  const counts = { saved: 0, present: 0, removed: 0 };
  const failures: Failure[] = [];
  const taken = new Set<string>();
  try {
    let after: string | null = null;
    for (;;) {
      const page: VideoPage = (await server.request(listVideos, { first: pageSize, after, filter }))
        .videoTasks;
      const { edges, pageInfo } = page;
      for (const { node: task } of edges) {
        try {
          counts[await save(session, task, folder, taken)] += 1;
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          output.failure(error);
          failures.push(error);
        }
      }
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
  } catch (error) {
    if (signal.aborted) output.note('Interrupted. The same command continues where it stopped.');
    throw error;
  }
  output.note(
    `${counts.saved} saved, ${counts.present} already there, ${counts.removed} no longer stored by the server, ${failures.length} failed.`,
  );
  return failures[0]?.exitCode ?? exitCodes.done;
}

/** Saves the video of a task, unless the file is there completely or the server has deleted its copy. */
async function save(
  { output, signal }: Session,
  task: Task,
  folder: string,
  taken: Set<string>,
): Promise<'saved' | 'present' | 'removed'> {
  const { videoUrl: url, video } = task;
  if (url === null || video === null || video.removedAt !== null) return 'removed';
  const key = attachedName(`; filename="${new URL(url).pathname}"`) ?? task.id;
  const name = (await nameOf(url, signal)) ?? key;
  for (let number = 1; ; number += 1) {
    const path = join(folder, numbered(name, number));
    // Most file systems do not tell letters from capitals.
    if (taken.has(path.toLowerCase())) continue;
    const isPresent = await isThere(path, video, signal);
    // Another file of the same name: it is kept.
    if (isPresent === false) continue;
    taken.add(path.toLowerCase());
    if (isPresent === true) return 'present';
    const { bytes } = await download(url, path, signal, {
      // The key names the content, so that no other video is continued.
      unfinished: join(folder, `${key}.part`),
      sha256: video.sha256,
    });
    output.result({ type: 'saved', path, bytes }, path);
    return 'saved';
  }
}

/** The name that the server gives a download; null if it gives none. Throws a `Failure` if the server does not respond. */
async function nameOf(url: string, signal: AbortSignal): Promise<string | null> {
  const address = new URL(url);
  address.searchParams.set('download', '');
  try {
    const response = await fetch(address, { method: 'HEAD', signal });
    return attachedName(response.headers.get('content-disposition'));
  } catch (cause) {
    signal.throwIfAborted();
    throw new Failure(exitCodes.notSaved, 'NOT_SAVED', `The video could not be reached at ${url}`, { cause });
  }
}

/** True if the file is the video, false if it is another file, null if there is none. */
async function isThere(
  path: string,
  { bytes, sha256 }: NonNullable<Task['video']>,
  signal: AbortSignal,
): Promise<boolean | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (!found.isFile() || (bytes !== null && found.size !== bytes)) return false;
  try {
    return sha256 === null || (await hashOf(path, signal)) === sha256;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** The time of `--since`: a date in UTC, a time, or a number of hours, days or weeks before now. */
function startOf(since: string): string {
  const [, count = '', unit = ''] = /^(\d{1,5})([hdw])$/.exec(since) ?? [];
  const isDate = /^\d{4}-\d\d-\d\d(?:T\S+(?:Z|[+-]\d\d:\d\d))?$/.test(since);
  const time = isDate ? Date.parse(since) : Date.now() - Number(count) * (unitMs[unit] ?? Number.NaN);
  if (Number.isNaN(time))
    throw refused(
      'Give a date such as 2026-11-28, a time with an offset, or an age such as 12h, 7d or 2w.',
      '--since',
    );
  // The filter leaves out the time itself.
  return new Date(time - 1).toISOString();
}

const refused = (message: string, option: string, cause?: unknown) =>
  new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: [option], cause });
