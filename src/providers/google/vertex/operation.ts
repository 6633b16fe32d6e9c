import type { TaskError } from '../../../domain/video-task.ts';
import { isObject, parseJson, textOf, type Unknowns } from '../../http/json.ts';
import { taskError } from '../../task-error.ts';
import { errorOf } from '../error-body.ts';
import type { JsonHead } from '../json-head.ts';
import { grpcError } from './errors.ts';

/** The state of an operation, as far as a response shows it. */
export type Operation =
  | { readonly kind: 'processing' }
  /** `gcsUri` null: the video is inside of the response. */
  | { readonly kind: 'completed'; readonly gcsUri: string | null }
  | { readonly kind: 'failed'; readonly error: TaskError; readonly status: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The members that carry videos in base64, in the response of Vertex and in that of the Gemini API before. */
export const videoMembers: readonly string[] = ['bytesBase64Encoded', 'encodedVideo'];

/** An object in Google Cloud Storage. */
const gcsObject = /^gs:\/\/[a-z\d][\w.-]{0,220}\/[^\r\n]{1,1024}$/;

/**
 * Reads the answer of `fetchPredictOperation`, up to the bytes of a video. Total: what is not understood is `unknown`.
 *
 * @param name the operation that was asked for
 */
export function readOperation(label: string, model: string, name: string, head: JsonHead): Operation {
  if (head.bytes !== null) return readCutAtVideo(name, head.text);
  const json = parseJson(head.text);
  if (!isObject(json)) return unknown('the answer is not a JSON object');
  if ('name' in json && !isSame(json['name'], name)) return unknown("the answer is another operation's");
  const error = errorOf(json['error']);
  if (error !== null) {
    return {
      kind: 'failed',
      error: grpcError(label, model, error),
      status: error.status ?? `error ${error.code}`,
    };
  }
  if ('error' in json) return unknown('an error without a code');
  if (isObject(json['response'])) return readResponse(label, json['response']);
  // The field is absent while the operation runs (live, 2026).
  if (json['done'] === undefined || json['done'] === false) {
    return isSame(json['name'], name)
      ? { kind: 'processing' }
      : unknown('the answer has no name of an operation');
  }
  return unknown('the operation is done, but has neither a response nor an error');
}

/** The text before the first video: an operation has a response or an error, never both. */
function readCutAtVideo(name: string, text: string): Operation {
  const before = /"name"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  if (before !== undefined && !isSame(before, name)) return unknown("the answer is another operation's");
  return /"response"\s*:/.test(text) && !/"error"\s*:/.test(text)
    ? { kind: 'completed', gcsUri: null }
    : unknown('bytes of a video outside of a response');
}

function readResponse(label: string, response: Unknowns): Operation {
  const inner = isObject(response['generateVideoResponse']) ? response['generateVideoResponse'] : response;
  const samples = [inner['videos'], inner['generatedSamples'], inner['generatedVideos']].find(Array.isArray);
  const uri = (samples ?? []).map(uriOf).find((found) => found !== null);
  if (uri !== undefined && uri !== null) return { kind: 'completed', gcsUri: uri };
  const count = Number(inner['raiMediaFilteredCount'] ?? 0);
  const reasons = Array.isArray(inner['raiMediaFilteredReasons']) ? inner['raiMediaFilteredReasons'] : [];
  if (count > 0 || reasons.length > 0) {
    const text = reasons.map(textOf).find((reason) => reason !== null) ?? null;
    const error = taskError(label, 'CONTENT_FILTERED', 'raiMediaFiltered', text, 'NO');
    return { kind: 'failed', error, status: 'filtered' };
  }
  return unknown(
    samples?.length === 0
      ? 'the operation is done without a video'
      : 'the operation is done, but names no video',
  );
}

function uriOf(sample: unknown): string | null {
  if (!isObject(sample)) return null;
  const video = isObject(sample['video']) ? sample['video'] : sample;
  const uri = textOf(video['gcsUri']) ?? textOf(video['uri']);
  return uri !== null && gcsObject.test(uri) ? uri : null;
}

/** Whether two names are of one operation: a project has a name and a number. */
const isSame = (one: unknown, other: string): boolean => lastPartOf(one) === lastPartOf(other);

const lastPartOf = (name: unknown): unknown =>
  typeof name === 'string' ? name.slice(name.lastIndexOf('/') + 1) : name;

const unknown = (reason: string): Operation => ({ kind: 'unknown', reason });
