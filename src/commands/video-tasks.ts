import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import type { Owner, ProviderName, TaskId, VideoTask, VisibleTask } from '../domain/video-task.ts';
import { storePoster } from './store-poster.ts';
import { monthOf } from '../store/queries/ledger.ts';
import type { MaybePromise, Spending } from '../store/store.ts';
import { budgetOf } from '../domain/budgets.ts';
import type { Commands } from './command-context.ts';
import { PromptDrafts, type DraftPromptInput, type DraftPromptResult } from './draft-prompt.ts';
import { estimateVideo, type VideoEstimate } from './estimate-video.ts';
import { FairSlots } from './fair-slots.ts';
import { LookUps } from './look-up.ts';
import { MutationRate } from './mutation-rate.ts';
import { tooManyMutations } from './rate-limits.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';
import type { TaskField, TaskWith } from '../domain/task-fields.ts';
import { modelNamed } from '../domain/video-model.ts';
import type { Progress } from '../domain/progress.ts';
import { RisingProgress } from './rising-progress.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import { VideoTaskRefresher } from './refresh-video-task.ts';
import type { TaskResult } from './task-result.ts';
import { uploadReferenceImage, type IncomingFile, type UploadResult } from './upload-reference-image.ts';

/** The time of a video, where neither history nor documentation is known. */
const fallbackTypicalSeconds = 60;

/** Commands that write at once. Each takes about 1 ms of the database; more would make other owners wait. */
const writesAtOnce = 32;

/** The commands on video tasks. Each answers once its effect is durable. */
export class VideoTasks {
  readonly #commands: Commands;
  readonly #refresher: VideoTaskRefresher;
  readonly #uploads = new WeakMap<IncomingFile, Promise<UploadResult>>();
  readonly #lookUps: LookUps;
  /** A burst of one owner's mutations delays no other's. */
  readonly #writes = new FairSlots(writesAtOnce);
  readonly #rate: MutationRate;
  readonly #drafts: PromptDrafts;
  readonly #progress = new RisingProgress();

  constructor(commands: Commands) {
    this.#commands = commands;
    this.#refresher = new VideoTaskRefresher(commands, this.#writes);
    this.#lookUps = new LookUps(commands);
    this.#drafts = new PromptDrafts(commands);
    this.#rate = new MutationRate(
      (owner) => commands.limits?.mutationsPerMinute(owner) ?? null,
      () => performance.now(),
    );
  }

  /** A task of this owner, or only some fields of it; another owner's reads as unknown. */
  videoTask<Field extends TaskField = TaskField>(
    owner: Owner,
    id: TaskId,
    fields?: readonly Field[],
  ): MaybePromise<TaskWith<Field> | null> {
    return this.#commands.store.getOwn(owner, id, fields);
  }

  /** The same for a task that others refer to: those that are asked for together are one query. */
  nestedVideoTask(owner: Owner, id: TaskId): Promise<VideoTask | null> {
    return this.#commands.store.getOwnNested(owner, id);
  }

  /** Counts a mutation of an owner, on whichever transport; returns the error if there are too many in a minute. */
  countMutation(owner: Owner): UserError | null {
    const refused = this.#rate.take(owner);
    if (refused === null) return null;
    const error = tooManyMutations(refused.limit, refused.waitSeconds);
    this.#commands.recorder.logRefusal(owner, [error]);
    return error;
  }

  /** The progress of a task now; never lower than reported before. */
  progress(task: VisibleTask): Progress {
    const { providers, now } = this.#commands;
    const provider = providers.find(({ name }) => name === task.provider.name);
    const model = provider && modelNamed(provider.models, task.spec.model);
    return this.#progress.of(task, now(), model?.typicalSeconds ?? fallbackTypicalSeconds);
  }

  /**
   * Runs a command that writes, such as `cancelVideoTask`. A burst of one owner's commands delays no other owner's.
   *
   * @returns the command's result, once its effect is durable
   */
  write<Args extends readonly unknown[], Result>(
    owner: Owner,
    command: (commands: Commands, owner: Owner, ...args: Args) => Promise<Result>,
    ...args: Args
  ): Promise<Result> {
    return this.#writes.run(owner, (leave) =>
      command({ ...this.#commands, onCommitted: leave }, owner, ...args),
    );
  }

  /** Keeps an image for later tasks. One file is one image, however often a request names it. */
  uploadReferenceImage(owner: Owner, file: IncomingFile): Promise<UploadResult> {
    const { store, recorder, maxUploadBytes, now } = this.#commands;
    let uploaded = this.#uploads.get(file);
    if (uploaded === undefined) {
      uploaded = uploadReferenceImage(store, owner, file, maxUploadBytes, now()).then((result) => {
        recorder.logRefusal(owner, result.userErrors);
        return result;
      });
      this.#uploads.set(file, uploaded);
    }
    return uploaded;
  }

  /** True if `draftPrompt` is available. */
  get canDraftPrompt(): boolean {
    return this.#drafts.areAvailable;
  }

  /** A prompt from pictures, by a language model. Nothing is stored, and no video is made. */
  draftPrompt(owner: Owner, input: DraftPromptInput): Promise<DraftPromptResult> {
    return this.#drafts.draft(owner, input);
  }

  /** Keeps a frame as the poster of a task. */
  storePoster(owner: Owner, id: TaskId, file: IncomingFile): Promise<TaskResult> {
    return storePoster(this.#commands, owner, id, file);
  }

  /** The selection and cost of `generateVideo` for this input. */
  estimateVideo(
    owner: Owner,
    input: GenerateVideoInput,
    idempotencyKey: string | null,
  ): Promise<VideoEstimate> {
    return estimateVideo(this.#commands, owner, input, idempotencyKey);
  }

  /** The cost of an owner's tasks of this UTC month so far, in USD. */
  spentThisMonth(owner: Owner): Promise<Spending> {
    const { store, now } = this.#commands;
    return store.spending(owner, monthOf(now()));
  }

  /** The budget of an owner for a UTC month, in USD; null: no limit. */
  budgetPerMonth(owner: Owner): number | null {
    return budgetOf(this.#commands.budgets, owner);
  }

  /** Checks a task now, and answers when that check ended. */
  refreshVideoTask(owner: Owner, id: TaskId): Promise<TaskResult> {
    return this.#refresher.refresh(owner, id);
  }

  /** The owner's task of a provider's id; another owner's reads as unknown. */
  async byProviderTask(
    owner: Owner,
    provider: ProviderName,
    providerTaskId: string,
  ): Promise<VideoTask | null> {
    const { store } = this.#commands;
    const holder = await store.getByProviderTask(provider, providerTaskId);
    if (holder !== null && isOwn(holder, owner)) return holder;
    const tracked = await store.getTracked(owner, provider, providerTaskId);
    return tracked !== null && isOwn(tracked, owner) ? tracked : null;
  }

  /** The provider's report about a task that is not the caller's; null if too many callers wait for that already. */
  lookUp(owner: Owner, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome | null> {
    return this.#lookUps.ask(owner, provider, providerTaskId);
  }
}

const isOwn = (task: VideoTask, owner: Owner): boolean => task.owner === owner && task.deletedAt === null;
