import { LRUCache } from 'lru-cache';
import { FormData } from 'undici';
import type { TaskError } from '../../../domain/video-task.ts';
import type { ProviderImage } from '../../provider.ts';
import { taskError } from '../../task-error.ts';
import { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import type { ProviderHttp } from '../../http/http.ts';
import { isObject, numberOf, textOf } from '../../http/json.ts';
import { UploadBackOff, type Pause } from './upload-back-off.ts';

/** An upload that only we hold. */
type HeldImage = Extract<ProviderImage, { kind: 'upload' }>;

/** The place of an image at Kie, or the reason why it has none. */
export type UploadOutcome =
  | { readonly kind: 'uploaded'; readonly url: string }
  | { readonly kind: 'refused'; readonly error: TaskError }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs: number | null };

/** Kie removes files after 3 days (docs, 2026), an older text says 24 h: ours count as gone before either. */
const keptMs = 20 * 3_600_000;
/** Forgetting one costs an upload, which is free. */
const maxRemembered = 10_000;
/** The folder at Kie; required, without a meaning (docs, 2026). */
const uploadPath = 'reelay';

/** Settings of the hand-over. */
export interface ImageUploadsOptions {
  readonly http: ProviderHttp;
  /** The upload host. */
  readonly uploadUrl: string;
  readonly label: string;
  /** The first pause after a failed upload, in milliseconds. */
  readonly pauseMs: number;
  readonly now: () => number;
}

/** Hands uploads to Kie's stream upload, each once for as long as its copy there lives. */
export class ImageUploads {
  readonly #options: ImageUploadsOptions;
  /** URLs of copies, by upload. */
  readonly #copies: LRUCache<string, string>;
  /** While no upload is answered: then none is tried but one after each pause. */
  readonly #host: UploadBackOff;
  /** Images whose upload was answered with a fault, by upload: the host may take others. */
  readonly #faults: LRUCache<string, UploadBackOff>;

  constructor(options: ImageUploadsOptions) {
    this.#options = options;
    const { now, pauseMs } = options;
    this.#host = new UploadBackOff(pauseMs, now);
    this.#faults = new LRUCache({ max: maxRemembered });
    this.#copies = new LRUCache({ max: maxRemembered, ttl: keptMs, ttlResolution: 0, perf: { now } });
  }

  /** True while no upload is answered. */
  get isDown(): boolean {
    return this.#host.isFailing;
  }

  /** The address of Kie's copy of an image, made if there is none any more. */
  async urlOf(image: HeldImage, signal: AbortSignal): Promise<UploadOutcome> {
    const copy = this.#copies.get(image.uploadId);
    if (copy !== undefined) return { kind: 'uploaded', url: copy };
    const fault = this.#faults.get(image.uploadId);
    const ofImage = fault?.begin() ?? null;
    if (ofImage !== null) return unavailable(ofImage);
    const ofHost = this.#host.begin();
    if (ofHost !== null) {
      fault?.abandoned();
      return unavailable(ofHost);
    }
    try {
      const outcome = await this.#upload(image, signal);
      if (outcome.kind === 'uploaded') this.#copies.set(image.uploadId, outcome.url);
      return outcome;
    } finally {
      this.#host.abandoned();
      fault?.abandoned();
    }
  }

  async #upload(image: HeldImage, signal: AbortSignal): Promise<UploadOutcome> {
    const { http, uploadUrl, label, pauseMs, now } = this.#options;
    const form = new FormData();
    form.set('uploadPath', uploadPath);
    // The same name overwrites: ours is as unguessable as the id.
    form.set('fileName', image.fileName);
    form.set('file', await image.open(), image.fileName);
    try {
      const url = `${uploadUrl}/api/file-stream-upload`;
      const outcome = readUploadAnswer(label, await http.upload(url, form, signal));
      this.#host.succeeded();
      if (outcome.kind !== 'unavailable') {
        this.#faults.delete(image.uploadId);
        return outcome;
      }
      const fault = this.#faults.get(image.uploadId) ?? new UploadBackOff(pauseMs, now);
      this.#faults.set(image.uploadId, fault);
      const retryAfterMs = Math.max(fault.failed(outcome.reason), outcome.retryAfterMs ?? 0);
      return { ...outcome, retryAfterMs };
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      const reason = `${new URL(uploadUrl).host}: ${error.message}`;
      // A stop says nothing about the host.
      if (signal.aborted) return { kind: 'unavailable', reason, retryAfterMs: null };
      return { kind: 'unavailable', reason, retryAfterMs: this.#host.failed(reason) };
    }
  }
}

const unavailable = ({ reason, waitMs }: Pause): UploadOutcome => ({
  kind: 'unavailable',
  reason,
  retryAfterMs: waitMs,
});

/** Reads a response of the upload host (recorded 2026-04-30; its errors by the docs, 2026-06). */
export function readUploadAnswer(label: string, answer: Answer): UploadOutcome {
  const { status, json, retryAfterMs } = answer;
  const body = isObject(json) ? json : {};
  const code = numberOf(body['code']) ?? status;
  const data = isObject(body['data']) ? body['data'] : {};
  const url = textOf(data['downloadUrl']);
  if (status < 400 && code === 200 && url !== null && /^https?:\/\//i.test(url) && URL.canParse(url)) {
    return { kind: 'uploaded', url };
  }
  const text = textOf(body['msg']);
  const refused = (name: TaskError['code']): UploadOutcome => ({
    kind: 'refused',
    error: taskError(label, name, String(code), text, 'NO'),
  });
  if (code === 401 || code === 403) return refused('PROVIDER_UNAUTHORIZED');
  if ([400, 413, 415, 422].includes(code)) return refused('PROVIDER_REJECTED');
  return { kind: 'unavailable', reason: `the upload answered ${code}`, retryAfterMs };
}
