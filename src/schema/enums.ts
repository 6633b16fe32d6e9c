import type { ProviderHealth } from '../providers/provider.ts';
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
import type { UserErrorCode } from '../domain/user-error.ts';
import type { Builder } from './builder.ts';

/** Descriptions are keyed by the domain's own values, so that a new value cannot be forgotten here. */
type Described<T extends string> = Record<T, string>;

const status: Described<Status> = {
  QUEUED: 'Taken by this server, not yet by the provider.',
  PROCESSING: 'With the provider.',
  COMPLETED: 'The video is ready and plays at `videoUrl`. Never changes again.',
  FAILED: 'No video; `error` says why and whether it was billed.',
  CANCELED: 'Given up on request.',
};

const stage: Described<Stage> = {
  WAITING: 'Waits for its turn to be sent.',
  SUBMITTING: 'The paid request is being sent.',
  SUBMISSION_UNKNOWN:
    'The request was sent, and no answer proves what came of it. Never sent again by itself.',
  GENERATING: 'The provider has the task and works on it.',
  COMPLETED: 'The video is ready.',
  FAILED: 'Ended without a video.',
  CANCELED: 'Given up on request.',
};

const provider: Described<ProviderName> = {
  KIE: 'Kie.ai.',
  GOOGLE: 'Google Veo and Gemini Omni.',
  SIMULATOR:
    'The built-in simulation: makes sample videos only, and nobody is billed. Its costs are for rehearsal.',
};

const aspectRatio: Described<AspectRatio> = {
  LANDSCAPE_16_9: '16:9, wide.',
  PORTRAIT_9_16: '9:16, tall.',
  SQUARE_1_1: '1:1, square.',
  AUTO: 'As the images have it, or as the provider likes.',
};

const resolution: Described<Resolution> = {
  P360: '360 lines.',
  P720: '720 lines.',
  P1080: '1080 lines.',
  P2160: '2160 lines (4k).',
};

const useCase: Described<UseCase> = {
  PRODUCT_VIDEO: 'A product on its own, turning in studio light.',
  HERO_IMAGE: 'A calm opening shot with room for a headline.',
  GEMSTONE_CLOSEUP: 'A macro shot of a gemstone.',
  LUXURY_BRAND: 'A slow, elegant film.',
  GENERAL: 'Anything else.',
};

const imageUse: Described<ImageUse> = {
  AUTO: "What the model's documentation does with that many images.",
  REFERENCE: 'The images show what things look like.',
  FIRST_FRAME: 'The image is the first frame.',
  FIRST_AND_LAST_FRAME: 'The two images are the first and the last frame.',
};

const billed: Described<Billed> = {
  YES: 'The provider charges for it.',
  NO: 'Nothing was charged.',
  UNKNOWN: "Not known: look at the provider's account.",
};

const taskErrorCode: Described<TaskErrorCode> = {
  PROVIDER_REJECTED: 'The provider refused the input.',
  CONTENT_FILTERED: "The provider's content policy stopped it.",
  INSUFFICIENT_CREDITS: "The provider's account has too few credits, or its key is over its cap.",
  PROVIDER_UNAUTHORIZED: "The provider does not take this server's key.",
  PROVIDER_FAILED: 'The provider tried and failed.',
  MODEL_RETIRED: 'The provider no longer offers the model.',
  IMAGE_UNREACHABLE: 'A reference image could not be fetched.',
  SUBMISSION_UNKNOWN: 'Whether the provider took the task never became known.',
  GAVE_UP: 'No end was told in all the time that this server waits.',
  INTERNAL: 'A fault of this server.',
};

const userErrorCode: Described<UserErrorCode> = {
  BAD_INPUT: 'A value that nobody could use.',
  UNSUPPORTED: 'A value that the chosen model cannot do; the message lists what it can.',
  PROVIDER_NOT_CONFIGURED: 'This server has no credentials for the provider.',
  NOT_FOUND: 'There is no such thing, or it is not yours.',
  IDEMPOTENCY_CONFLICT: 'The idempotencyKey was used with another input.',
  NOT_CANCELABLE: 'The task has ended.',
  NOT_TERMINAL: 'The task has not ended yet.',
  NOT_RESOLVABLE: 'The task has no unknown submission.',
  RATE_LIMITED: 'Too many calls; try again in a moment.',
  BUDGET_EXCEEDED: 'The monthly budget does not allow it.',
};

const providerHealth: Described<ProviderHealth> = {
  UP: 'It answers.',
  DEGRADED: 'Some of the last requests failed on its side.',
  DOWN: 'It does not answer. Tasks wait for it, and nothing is lost.',
  UNKNOWN: 'It was not asked yet.',
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
  VideoTaskStatus: declare(builder, 'VideoTaskStatus', 'How a task stands, in five words.', status),
  VideoTaskStage: declare(builder, 'VideoTaskStage', 'How a task stands, exactly.', stage),
  ProviderName: declare(builder, 'ProviderName', 'Who makes the video.', provider),
  AspectRatio: declare(builder, 'AspectRatio', 'Width to height.', aspectRatio),
  Resolution: declare(builder, 'Resolution', 'Lines of the picture.', resolution),
  VideoUseCase: declare(
    builder,
    'VideoUseCase',
    'A frame for the prompt, by what the video is for.',
    useCase,
  ),
  ImageUse: declare(builder, 'ImageUse', 'What reference images are used for.', imageUse),
  Billed: declare(builder, 'Billed', 'Whether a failed task costs money.', billed),
  ProviderHealth: declare(builder, 'ProviderHealth', 'How a provider answers.', providerHealth),
  VideoTaskErrorCode: declare(builder, 'VideoTaskErrorCode', 'Why a task failed.', taskErrorCode),
  UserErrorCode: declare(builder, 'UserErrorCode', 'What the caller can mend.', userErrorCode),
});

/** The enums of the schema, for the fields and arguments that use them. */
export type Enums = ReturnType<typeof declareEnums>;
