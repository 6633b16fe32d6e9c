import type { Message, Wording } from './messages.ts';
import type { Poster } from './poster.ts';

/** A task's id: 128 random bits, base64url. The GraphQL id carries a type prefix on top. */
export type TaskId = string & { readonly __brand: 'TaskId' };

/** Whose row it is: `local`, `key:NAME` or `jwt:SUB`. */
export type Owner = string & { readonly __brand: 'Owner' };

/** Every stage, in the order of a task's life. */
export const stages = [
  'WAITING',
  'SUBMITTING',
  'SUBMISSION_UNKNOWN',
  'GENERATING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
] as const;
/** The state of a task in detail. */
export type Stage = (typeof stages)[number];

/** Every status. */
export const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;
/** The state of a task as most clients need it. */
export type Status = (typeof statuses)[number];

const statusByStage: Record<Stage, Status> = {
  WAITING: 'QUEUED',
  SUBMITTING: 'QUEUED',
  SUBMISSION_UNKNOWN: 'PROCESSING',
  GENERATING: 'PROCESSING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELED',
};

/** The status of a stage. */
export const statusOf = (stage: Stage): Status => statusByStage[stage];

/** No event but a late proof of success leads out of a terminal stage. */
export const isTerminal = (stage: Stage): boolean =>
  stage === 'COMPLETED' || stage === 'FAILED' || stage === 'CANCELED';

/** The name of a provider, as the registry of providers declares it: the domain has no list of them. */
export type ProviderName = Uppercase<string>;

/** Every shape of picture. */
export const aspectRatios = [
  'LANDSCAPE_16_9',
  'PORTRAIT_9_16',
  'SQUARE_1_1',
  'LANDSCAPE_4_3',
  'PORTRAIT_3_4',
  'LANDSCAPE_3_2',
  'PORTRAIT_2_3',
  'LANDSCAPE_21_9',
  'AUTO',
] as const;
/** The shape of the picture; AUTO leaves it to the provider. */
export type AspectRatio = (typeof aspectRatios)[number];

/** Every resolution, ascending. */
export const resolutions = ['P360', 'P480', 'P540', 'P720', 'P768', 'P1080', 'P1440', 'P2160'] as const;
/** Lines of the picture: P1440 is 2k, P2160 is 4k. */
export type Resolution = (typeof resolutions)[number];

/** Every use case: each has a prompt frame of its name. */
export const useCases = [
  'PRODUCT_VIDEO',
  'HERO_IMAGE',
  'GEMSTONE_CLOSEUP',
  'LUXURY_BRAND',
  'GENERAL',
] as const;
/** The purpose of the video. */
export type UseCase = (typeof useCases)[number];

/** Every way to use reference images. */
export const imageUses = ['AUTO', 'REFERENCE', 'FIRST_FRAME', 'FIRST_AND_LAST_FRAME'] as const;
/** The use of reference images; AUTO is the one of the model's documentation for that many. */
export type ImageUse = (typeof imageUses)[number];

/** Every code of a failed task. */
export const taskErrorCodes = [
  'PROVIDER_REJECTED',
  'CONTENT_FILTERED',
  'INSUFFICIENT_CREDITS',
  'PROVIDER_UNAUTHORIZED',
  'PROVIDER_FAILED',
  'MODEL_RETIRED',
  'IMAGE_UNREACHABLE',
  'SUBMISSION_UNKNOWN',
  'GAVE_UP',
  'INTERNAL',
] as const;
/** Why a task failed, for programs. */
export type TaskErrorCode = (typeof taskErrorCodes)[number];

/** Every answer to whether a failure was billed. */
export const billedAnswers = ['YES', 'NO', 'UNKNOWN'] as const;
/** The provider's charge for it, as far as it can be known. */
export type Billed = (typeof billedAnswers)[number];

/** The failure of a task, for people and programs. */
export interface TaskError {
  readonly code: TaskErrorCode;
  /** The cause and what to do next; no secret and no stack. */
  readonly message: string;
  /** The provider's own code, as text. */
  readonly providerCode: string | null;
  /** The content of the message; absent in rows of version 0.2 and earlier. */
  readonly reason?: Message;
  /** True if the same input may well succeed another time. */
  readonly retryable: boolean;
  readonly billed: Billed;
}

/** Any JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** An image that the video starts from: a public address, or a file that was uploaded to us. */
export type ReferenceImage =
  | { readonly url: string; readonly uploadId: null }
  | (UploadedImage & { readonly url: null; readonly uploadId: string });

/** An uploaded image as our media files have it. */
export interface UploadedImage {
  /** Its unguessable name under `/media/`. */
  readonly mediaKey: string;
  /** By content: image/jpeg, image/png or image/webp. */
  readonly contentType: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** An upload as it is kept: its owner's, and good for any number of tasks. */
export interface Upload extends UploadedImage {
  readonly id: string;
  readonly owner: Owner;
  /** The size of the file; 0 where it was not noted yet. */
  readonly bytes: number;
  readonly createdAt: number;
  /** The time at which it was made or last put into a task; swept a month after. */
  readonly usedAt: number;
}

/** The finished video. Sizes in bytes and pixels, times in milliseconds since 1970. */
export interface Video {
  readonly sourceUrl: string | null;
  /** The unguessable name of our copy under `/media/`. */
  readonly mediaKey: string;
  readonly contentType: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** As our copy shows it; null where its index could not be read. */
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
  readonly archivedAt: number | null;
  /** Absent: there is none. */
  readonly poster?: Poster;
  /** When the retention removed our copy and its poster; absent: they are stored. */
  readonly removedAt?: number;
}

/** The keys of the files of a video that are stored. */
export const mediaKeysOf = (video: Video | null): readonly string[] =>
  video === null || video.removedAt !== undefined
    ? []
    : [video.mediaKey, ...(video.poster === undefined ? [] : [video.poster.mediaKey])];

/** Money in USD; `credits` in the provider's own unit. */
export interface Cost {
  readonly amount: number;
  readonly credits: number | null;
  /** False while it is our estimate, true once the provider reported it. */
  readonly settled: boolean;
}

/** The next step of the worker for a task. */
export type NextAction = 'submit' | 'check';

/** The request of a caller, with every choice made. Passed whole: to the provider, and to a task that repeats it. */
export interface VideoSpec {
  /** The provider's name of the model. */
  readonly model: string;
  /** As sent; empty for a tracked task whose prompt is not known. */
  readonly prompt: string;
  /**
   * Characters at the beginning of the prompt that are the frame of the use case, not the caller's words; null where
   * that is not known: for tracked tasks and rows of versions that did not note it.
   */
  readonly frameLength: number | null;
  /** The caller's own, and never sent. */
  readonly label: string | null;
  /** The caller's own, and never sent: binds the variants or rows of one request. */
  readonly group: string | null;
  readonly useCase: UseCase | null;
  readonly referenceImages: readonly ReferenceImage[];
  readonly imagesAs: ImageUse;
  /** Things that the video must not show, for models that accept it. */
  readonly negativePrompt: string | null;
  /** True for a video with sound; null: the model's default. */
  readonly audio: boolean | null;
  readonly aspectRatio: AspectRatio;
  readonly durationSeconds: number | null;
  readonly resolution: Resolution | null;
  readonly seed: number | null;
  readonly providerOptions: JsonObject | null;
}

/** A spec that leaves everything open. */
export const openSpec: Omit<VideoSpec, 'model'> = {
  prompt: '',
  frameLength: null,
  label: null,
  group: null,
  useCase: null,
  referenceImages: [],
  imagesAs: 'AUTO',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'AUTO',
  durationSeconds: null,
  resolution: null,
  seed: null,
  providerOptions: null,
};

/**
 * The words of the caller in a prompt, without the frame of the use case; null where they are not known: for a tracked
 * task, and for a framed one of a version that did not note the length of the frame.
 */
export function userPromptOf({
  prompt,
  frameLength,
  useCase,
}: Pick<VideoSpec, 'prompt' | 'frameLength' | 'useCase'>): string | null {
  if (prompt === '') return null;
  if (frameLength !== null) return prompt.slice(frameLength);
  return useCase === null ? prompt : null;
}

/** The provider's side of a task. */
export interface ProviderTask {
  readonly name: ProviderName;
  /** The provider's own id of the task; null until one is known. */
  readonly taskId: string | null;
  /** The provider's id that a person named: to follow a task made elsewhere, or for a submission in doubt. */
  readonly trackedId: string | null;
  /** The provider's own status; `unknown` when its answer could not be read. */
  readonly status: string | null;
  /** Data with which the adapter finds the task again, such as Kie's contract. */
  readonly memo: JsonObject | null;
  /** As reported by the provider, 0 to 99; null while it reported none. */
  readonly percent: number | null;
  /** The time at which the last attempt to submit began. */
  readonly submittedAt: number | null;
}

/** The end of a task; all null while it has not ended. */
export interface VideoResult {
  readonly video: Video | null;
  readonly error: TaskError | null;
  readonly completedAt: number | null;
}

/** The schedule, the lease and the counters of the work on a task. Read by the worker, the commands and the store. */
export interface TaskWork {
  readonly nextAction: NextAction | null;
  readonly dueAt: number | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  /** The time at which the last check began that has ended. */
  readonly lastCheckedAt: number | null;
  readonly checks: number;
  /** Checks in a row whose answer was not understood: they thin out. */
  readonly unknownChecks: number;
  /** The time at which a callback last reported that there is something new at the provider. */
  readonly wokenAt: number | null;
  /** An id that a callback named for a submission of unknown outcome; believed after a check. */
  readonly suggestedProviderTaskId: string | null;
  /** The unguessable last part of the address that the provider may call back. */
  readonly callbackToken: string;
}

/** The hint of a task with its content. */
export const hintOf = ({ hint, hintMessages }: Pick<VideoTask, 'hint' | 'hintMessages'>): Wording | null =>
  hint === null ? null : { text: hint, messages: hintMessages ?? [] };

/** A video asked for: one row. Times are milliseconds since 1970, UTC. */
export interface VideoTask {
  readonly id: TaskId;
  /** Order of creation: the counter of the revision that created it. */
  readonly number: number;
  readonly owner: Owner;
  readonly stage: Stage;
  readonly spec: VideoSpec;
  readonly provider: ProviderTask;
  readonly result: VideoResult;
  /** Advice to a person: the situation, and what to do. */
  readonly hint: string | null;
  /** The content of the hint; null without one, and where an earlier version wrote it. */
  readonly hintMessages: readonly Message[] | null;
  readonly cost: Cost | null;
  readonly retryOf: TaskId | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly work: TaskWork;
  /** Counter of the last change that others can see. */
  readonly revision: number;
}

/** A task as its owner may see it: of the work on it only when the provider was and will be asked. */
export interface VisibleTask extends Omit<VideoTask, 'work'> {
  readonly work: Pick<TaskWork, 'nextAction' | 'dueAt' | 'lastCheckedAt' | 'checks'>;
}

/** One step of a task's life. */
export interface Transition {
  readonly taskId: TaskId;
  readonly stage: Stage;
  readonly at: number;
  readonly reason: string | null;
  /** The content of the reason; null without one, and where an earlier version wrote it. */
  readonly reasonMessages: readonly Message[] | null;
}
