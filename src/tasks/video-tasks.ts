import { createHash, randomBytes } from 'node:crypto';
import type { VideoProvider } from '../providers/provider.ts';
import type { NewVideoTask, Store } from '../store/store.ts';
import type { Owner, TaskId, VideoTask } from '../store/video-task.ts';
import { checkInput } from './check-input.ts';
import { planVideo, type GenerateVideoInput, type Plan } from './plan.ts';
import { framePrompt, type PromptFrames } from './prompt-frames.ts';
import type { Recorder } from './recorder.ts';
import type { UserError } from './user-error.ts';

/** What a command answers: the task, or what the caller can mend. */
export interface TaskResult {
  readonly task: VideoTask | null;
  readonly userErrors: readonly UserError[];
}

/** What the commands need from the rooms around them. */
export interface VideoTasksOptions {
  readonly store: Store;
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

  constructor(options: VideoTasksOptions) {
    this.#options = options;
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
    const inserted = await store.insert(
      this.#newTask(owner, input, result.plan),
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

  #newTask(owner: Owner, input: GenerateVideoInput, plan: Plan): NewVideoTask {
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
      referenceImages: input.referenceImages,
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

/** 128 random bits: an id or token that nobody guesses. */
export const randomId = (): string => randomBytes(16).toString('base64url');

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
