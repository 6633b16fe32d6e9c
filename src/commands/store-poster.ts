import { message, type Message } from '../domain/messages.ts';
import { inspectImage } from '../media/image/inspect-image.ts';
import type { Owner, TaskId, VideoTask } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { randomId } from './random-id.ts';
import { failure, success, unknownTask, type TaskResult } from './task-result.ts';
import type { IncomingFile } from './upload-reference-image.ts';

/** The largest frame that is taken; a JPEG of 1280 × 720 has a tenth of it. */
const maxFrameBytes = 2 * 1024 * 1024;
/** A frame may be smaller than the video, but has its shape, but for rounding to whole pixels. */
const toleratedStretch = 0.03;

/**
 * Keeps a frame that a client drew of a finished video as its poster, once: one that is a frame already, or that the
 * provider chose, stays.
 */
export async function storePoster(
  { store, files, recorder, now }: Commands,
  owner: Owner,
  id: TaskId,
  file: IncomingFile,
): Promise<TaskResult> {
  const task = await store.getOwn(owner, id);
  if (task === null) return unknownTask;
  const { video } = task.result;
  if (video === null || video.removedAt !== undefined) {
    const text = 'The task has no stored video that a poster could be of.';
    return failure('UNSUPPORTED', message('NO_STORED_VIDEO', {}), text, ['id']);
  }
  if (isFinal(task)) return success(task);
  if (file.size > maxFrameBytes) {
    const reason = message('FILE_TOO_LARGE', { bytes: file.size, maxBytes: maxFrameBytes });
    return bad(reason, `The image has ${file.size} bytes; at most ${maxFrameBytes} are accepted.`);
  }
  const inspection = await file.inspect(inspectImage);
  if (inspection.kind === 'refused') return bad(inspection.message, inspection.reason);
  const { width, height, extension } = inspection.facts;
  const { width: videoWidth, height: videoHeight } = video;
  if (videoWidth !== null && videoHeight !== null) {
    const stretch = (width * videoHeight) / (height * videoWidth);
    if (width > videoWidth || Math.abs(stretch - 1) > toleratedStretch) {
      return bad(
        message('FRAME_OF_OTHER_SHAPE', { width, height }),
        `The image has ${width} × ${height} pixels: a frame of this video has its shape, and is no larger.`,
      );
    }
  }
  const mediaKey = `${randomId()}.${extension}`;
  await store.media.begin(mediaKey, now());
  await file.keepAs(mediaKey);
  const poster = { mediaKey, origin: 'FRAME', bytes: file.size } as const;
  const changed = await recorder.recordOwn(owner, id, { kind: 'posterStored', poster });
  // What nothing names any more: the poster before, or this one.
  const unnamed = changed === null ? mediaKey : video.poster?.mediaKey;
  if (unnamed !== undefined) {
    await files.remove(unnamed);
    await store.media.forget([unnamed]);
  }
  if (changed !== null) return success(changed);
  const present = await store.getOwn(owner, id);
  return present === null ? unknownTask : success(present);
}

const isFinal = ({ result: { video } }: VideoTask): boolean =>
  video?.poster !== undefined && video.poster.origin !== 'REFERENCE_IMAGE';

const bad = (reason: Message, text: string): TaskResult => failure('BAD_INPUT', reason, text, ['file']);
