import { createHash } from 'node:crypto';
import type { MediaFiles } from '../media/media-files.ts';
import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import type { NewVideoTask, Store } from '../store/store.ts';
import type { Owner, ProviderName, ReferenceImage, TaskId, VideoTask } from '../store/video-task.ts';
import { checkInput } from './check-input.ts';
import { LookUps } from './look-up.ts';
import { planVideo, type GenerateVideoInput, type ImageInput, type Plan } from './plan.ts';
import { framePrompt, type PromptFrames } from './prompt-frames.ts';
import { randomId } from './random-id.ts';
import type { Recorder } from './recorder.ts';
import { uploadReferenceImage, type IncomingFile, type UploadResult } from './upload-reference-image.ts';
import type { UserError } from './user-error.ts';

/** What a command answers: the task, or what the caller can mend. */
export interface TaskResult {
  readonly task: VideoTask | null;
  readonly userErrors: readonly UserError[];
}

/** What the commands need from the rooms around them. */
export interface VideoTasksOptions {
  readonly store: Store;
  /** Where uploads are kept. */
  readonly files: MediaFiles;
  readonly recorder: Recorder;
  /** In the operator's order of preference. */
  readonly providers: readonly VideoProvider[];
  readonly promptFrames: PromptFrames;
  /** Tells the worker that there is work now; a hint, never a promise. */
  readonly wakeWorker: () => void;
  readonly now: () => number;
}

/** The commands on video tasks. Each answers once its effect is durable. */
export class VideoTasks {
  readonly #options: VideoTasksOptions;
  readonly #lookUps: LookUps;

  constructor(options: VideoTasksOptions) {
    this.#options = options;
    this.#lookUps = new LookUps(options.now);
  }

  /** Takes a new task. No provider is asked before this answers. */
  async generateVideo(
    owner: Owner,
    input: GenerateVideoInput,
    idempotencyKey: string | null,
  ): Promise<TaskResult> {
    const userErrors = checkInput(input);
    if (userErrors.length > 0) return { task: null, userErrors };
    const result = planVideo(input, this.#options.providers);
    if (result.kind === 'impossible') return { task: null, userErrors: result.userErrors };
    const { store, recorder, wakeWorker } = this.#options;
    const { images, missing } = await this.#resolveImages(owner, input.referenceImages);
    if (missing.length > 0) return { task: null, userErrors: missing };
    const inserted = await store.insert(
      this.#newTask(owner, input, result.plan, images),
      idempotencyKey === null ? null : { key: idempotencyKey, inputHash: hashOf({ generateVideo: input }) },
    );
    switch (inserted.kind) {
      case 'inserted':
        recorder.log(inserted.task, null);
        wakeWorker();
        return { task: inserted.task, userErrors: [] };
      case 'repeated':
        return { task: inserted.task, userErrors: [] };
      case 'conflict':
        return failure(
          'IDEMPOTENCY_CONFLICT',
          'This idempotencyKey was used with another input. Use a new key for a new video.',
          ['input', 'idempotencyKey'],
        );
      case 'gone':
        return failure(
          'NOT_FOUND',
          'The task of this idempotencyKey was deleted. Use a new key for a new video.',
          ['input', 'idempotencyKey'],
        );
      default:
        return inserted satisfies never;
    }
  }

  /** A task of this owner; another owner's reads as unknown. */
  async videoTask(owner: Owner, id: TaskId): Promise<VideoTask | null> {
    const task = await this.#options.store.get(id);
    return task !== null && task.owner === owner && task.deletedAt === null ? task : null;
  }

  /** Keeps an image for later tasks. */
  uploadReferenceImage(owner: Owner, file: IncomingFile): Promise<UploadResult> {
    const { store, files, now } = this.#options;
    return uploadReferenceImage(store, files, owner, file, now());
  }

  /** The task that a provider's id belongs to, whoever owns it. */
  byProviderTask(provider: ProviderName, providerTaskId: string): Promise<VideoTask | null> {
    return this.#options.store.getByProviderTask(provider, providerTaskId);
  }

  /** How a provider says that a task is doing which is not ours. */
  lookUp(provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    return this.#lookUps.ask(provider, providerTaskId);
  }

  /** Uploads are looked up, and are their owner's only; addresses are taken as they are. */
  async #resolveImages(owner: Owner, inputs: readonly ImageInput[]) {
    const images: ReferenceImage[] = [];
    const missing: UserError[] = [];
    for (const [index, { url, uploadId }] of inputs.entries()) {
      if (url !== null) images.push({ url, uploadId: null });
      if (uploadId === null) continue;
      const upload = await this.#options.store.useUpload(owner, uploadId, this.#options.now());
      if (upload === null) {
        missing.push({
          code: 'NOT_FOUND',
          message: 'There is no such upload of yours. It may have been swept: upload the image again.',
          field: ['input', 'referenceImages', String(index), 'uploadId'],
        });
      } else {
        const { mediaKey, contentType, width, height } = upload;
        images.push({ url: null, uploadId, mediaKey, contentType, width, height });
      }
    }
    return { images, missing };
  }

  #newTask(
    owner: Owner,
    input: GenerateVideoInput,
    plan: Plan,
    referenceImages: readonly ReferenceImage[],
  ): NewVideoTask {
    const now = this.#options.now();
    return {
      id: randomId() as TaskId,
      owner,
      stage: 'WAITING',
      provider: plan.provider.name,
      model: plan.model,
      providerTaskId: null,
      providerStatus: null,
      providerMemo: null,
      prompt: framePrompt(this.#options.promptFrames, input.useCase, input.prompt?.trim() ?? ''),
      label: input.label,
      useCase: input.useCase,
      referenceImages,
      imagesAs: plan.imagesAs,
      aspectRatio: input.aspectRatio,
      durationSeconds: plan.durationSeconds,
      resolution: plan.resolution,
      seed: input.seed,
      providerOptions: input.providerOptions,
      video: null,
      error: null,
      hint: null,
      percent: null,
      cost: null,
      retryOf: null,
      callbackToken: randomId(),
      suggestedProviderTaskId: null,
      wokenAt: null,
      createdAt: now,
      submittedAt: null,
      completedAt: null,
      updatedAt: now,
      deletedAt: null,
      lastCheckedAt: null,
      checks: 0,
      unknownChecks: 0,
      nextAction: 'submit',
      dueAt: now,
      leaseOwner: null,
      leaseUntil: null,
    };
  }
}

const failure = (code: UserError['code'], message: string, field: readonly string[]): TaskResult => ({
  task: null,
  userErrors: [{ code, message, field }],
});

/** The same input gives the same hash whatever the order of its keys. */
function hashOf(value: unknown): string {
  const canonical = JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(canonical).digest('base64url');
}
