import { messageCodes, type MessageCode } from '../domain/messages.ts';
import type { ProviderHealth } from '../providers/provider.ts';
import { registry } from '../providers/registry.ts';
import type {
  AspectRatio,
  Billed,
  ImageUse,
  ProviderName,
  Resolution,
  Stage,
  Status,
  TaskErrorCode,
  UseCase,
} from '../domain/video-task.ts';
import type { AudioSupport } from '../domain/video-model.ts';
import type { UserErrorCode } from '../domain/user-errors/user-error.ts';
import type { Builder } from './builder.ts';

/** Descriptions are keyed by the domain's own values, so that a new value cannot be forgotten here. */
type Described<T extends string> = Record<T, string>;

const status: Described<Status> = {
  QUEUED: 'Accepted by this server, not yet by the provider.',
  PROCESSING: 'At the provider, or being copied from there.',
  COMPLETED: 'The video is ready and plays at `videoUrl`. Never changes again.',
  FAILED: 'Ended without a video; `error` has the reason and whether it was billed.',
  CANCELED: 'Canceled by the caller.',
};

const stage: Described<Stage> = {
  WAITING: 'Waiting to be sent to the provider.',
  SUBMITTING: 'The paid request is being sent.',
  SUBMISSION_UNKNOWN:
    'The request was sent, but no response proves whether the provider accepted it. It is never sent again automatically.',
  GENERATING: 'The provider has accepted the task and is working on it.',
  COMPLETED: 'The video is ready.',
  FAILED: 'Ended without a video.',
  CANCELED: 'Canceled by the caller.',
};

const provider: Described<ProviderName> = Object.fromEntries(
  registry.map(({ name, description }) => [name, description]),
);

const aspectRatio: Described<AspectRatio> = {
  LANDSCAPE_16_9: '16:9, landscape.',
  PORTRAIT_9_16: '9:16, portrait.',
  SQUARE_1_1: '1:1, square.',
  LANDSCAPE_4_3: '4:3, landscape.',
  PORTRAIT_3_4: '3:4, portrait.',
  LANDSCAPE_3_2: '3:2, landscape.',
  PORTRAIT_2_3: '2:3, portrait.',
  LANDSCAPE_21_9: '21:9, wide landscape.',
  AUTO: 'The ratio of the images, or the choice of the provider.',
};

const resolution: Described<Resolution> = {
  P360: '360 lines.',
  P480: '480 lines.',
  P540: '540 lines.',
  P720: '720 lines.',
  P768: '768 lines.',
  P1080: '1080 lines.',
  P1440: '1440 lines (2k).',
  P2160: '2160 lines (4k).',
};

const audioSupport: Described<AudioSupport> = {
  NEVER: 'Videos have no sound; `audio: true` is refused.',
  OPTIONAL: '`input.audio` decides.',
  ALWAYS: 'Videos have sound; `audio: false` is refused.',
};

const useCase: Described<UseCase> = {
  PRODUCT_VIDEO: 'A product on its own, turning in studio light.',
  HERO_IMAGE: 'A calm opening shot with space for a headline.',
  GEMSTONE_CLOSEUP: 'A macro shot of a gemstone.',
  LUXURY_BRAND: 'A slow, elegant film.',
  GENERAL: 'Anything else.',
};

const imageUse: Described<ImageUse> = {
  AUTO: "The use that the model's documentation gives for this number of images.",
  REFERENCE: 'The images show how the subject looks.',
  FIRST_FRAME: 'The image is the first frame of the video.',
  FIRST_AND_LAST_FRAME: 'The two images are the first and the last frame of the video.',
};

const billed: Described<Billed> = {
  YES: 'The provider charges for it.',
  NO: 'Nothing was charged.',
  UNKNOWN: "Unknown: check the provider's account.",
};

const taskErrorCode: Described<TaskErrorCode> = {
  PROVIDER_REJECTED: 'The provider rejected the input.',
  CONTENT_FILTERED: "The provider's content policy blocked it.",
  INSUFFICIENT_CREDITS: "The provider's account has too few credits, or its key has reached its limit.",
  PROVIDER_UNAUTHORIZED: 'The provider does not accept the key of this server.',
  PROVIDER_FAILED: 'The provider accepted the task, and the generation failed.',
  MODEL_RETIRED: 'The provider no longer offers the model.',
  IMAGE_UNREACHABLE: 'A reference image could not be fetched.',
  SUBMISSION_UNKNOWN: 'It never became known whether the provider accepted the task.',
  GAVE_UP: 'The provider reported no result within the time that this server waits (PATIENCE_MS).',
  INTERNAL: 'An internal error of this server.',
};

const userErrorCode: Described<UserErrorCode> = {
  BAD_INPUT: 'A value is invalid or missing.',
  UNSUPPORTED: 'A value that the selected model does not support; the message lists the supported ones.',
  PROVIDER_NOT_CONFIGURED: 'This server has no credentials for the provider.',
  PROVIDER_FAILED: 'The provider did not do it this time; try again later.',
  NOT_FOUND: 'It does not exist, or belongs to another owner.',
  IDEMPOTENCY_CONFLICT: 'The `idempotencyKey` was used before with a different input.',
  NOT_CANCELABLE: 'The task has already ended.',
  NOT_TERMINAL: 'The task has not ended yet.',
  NOT_RESOLVABLE: 'The task has no submission with an unknown outcome.',
  RATE_LIMITED: 'Too many calls or open tasks; try again later.',
  BUDGET_EXCEEDED: 'The monthly budget is not sufficient.',
};

const messageCode = Object.fromEntries(
  Object.entries(messageCodes).map(([code, { about, params }]) => [
    code,
    params.length === 0 ? about : `${about} Parameters: ${params.join(', ')}.`,
  ]),
) as Described<MessageCode>;

const providerHealth: Described<ProviderHealth> = {
  UP: 'The provider responds.',
  DEGRADED: 'Some of the last requests failed at the provider.',
  DOWN: 'The provider does not respond. Tasks wait, and nothing is lost.',
  UNKNOWN: 'No request has been sent yet.',
};

function declare<T extends string>(
  builder: Builder,
  name: string,
  description: string,
  values: Described<T>,
) {
  const entries = Object.entries(values) as [T, string][];
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(entries.map(([value, text]) => [value, { description: text }])) as Record<
      T,
      { description: string }
    >,
  });
}

/** The enums of the schema, each value with its description. */
export const declareEnums = (builder: Builder) => ({
  VideoTaskStatus: declare(builder, 'VideoTaskStatus', 'The state of a task.', status),
  VideoTaskStage: declare(builder, 'VideoTaskStage', 'The state of a task in detail.', stage),
  ProviderName: declare(builder, 'ProviderName', 'A provider of video generation.', provider),
  AspectRatio: declare(builder, 'AspectRatio', 'The ratio of width to height.', aspectRatio),
  Resolution: declare(builder, 'Resolution', 'The number of lines of the picture.', resolution),
  AudioSupport: declare(builder, 'AudioSupport', 'Whether the videos of a model have sound.', audioSupport),
  VideoUseCase: declare(
    builder,
    'VideoUseCase',
    'A prompt frame for a kind of video: text that is placed before the prompt.',
    useCase,
  ),
  ImageUse: declare(builder, 'ImageUse', 'The use of reference images.', imageUse),
  Billed: declare(builder, 'Billed', 'Whether a failed task costs money.', billed),
  ProviderHealth: declare(builder, 'ProviderHealth', 'The availability of a provider.', providerHealth),
  VideoTaskErrorCode: declare(builder, 'VideoTaskErrorCode', 'The reason why a task failed.', taskErrorCode),
  MessageCode: declare(
    builder,
    'MessageCode',
    'The content of a text about a task or a refused call. More codes may be added: show the English text for an unknown one.',
    messageCode,
  ),
  UserErrorCode: declare(
    builder,
    'UserErrorCode',
    'The kind of an error that the caller can fix.',
    userErrorCode,
  ),
});

/** The enums of the schema, for the fields and arguments that use them. */
export type Enums = ReturnType<typeof declareEnums>;
