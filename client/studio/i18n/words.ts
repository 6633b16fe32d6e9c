import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Model } from '../api/queries.ts';
import type { Task, UserError } from '../api/task.ts';

type Words<T extends string> = Readonly<Record<T, MessageDescriptor>>;

/** How a task stands, for people. */
export const stageWords: Words<Task['stage']> = {
  WAITING: msg`Waiting`,
  SUBMITTING: msg`Sending`,
  SUBMISSION_UNKNOWN: msg`Needs you`,
  GENERATING: msg`Generating`,
  COMPLETED: msg`Ready`,
  FAILED: msg`Failed`,
  CANCELED: msg`Canceled`,
};

/** The coarser five, for the filter. */
export const statusWords: Words<Task['status']> = {
  QUEUED: msg`Waiting`,
  PROCESSING: msg`Generating`,
  COMPLETED: msg`Ready`,
  FAILED: msg`Failed`,
  CANCELED: msg`Canceled`,
};

/** Width to height. */
export const aspectWords: Words<Model['aspectRatios'][number]> = {
  LANDSCAPE_16_9: msg`16:9`,
  PORTRAIT_9_16: msg`9:16`,
  SQUARE_1_1: msg`1:1`,
  AUTO: msg`Auto`,
};

/** Lines of the picture. */
export const resolutionWords: Words<Model['resolutions'][number]> = {
  P360: msg`360p`,
  P720: msg`720p`,
  P1080: msg`1080p`,
  P2160: msg`4K`,
};

/** What the video is for. */
export const useCaseWords: Words<NonNullable<Task['useCase']>> = {
  PRODUCT_VIDEO: msg`Product video`,
  HERO_IMAGE: msg`Hero shot`,
  GEMSTONE_CLOSEUP: msg`Gemstone close-up`,
  LUXURY_BRAND: msg`Luxury brand film`,
  GENERAL: msg`General`,
};

/** What images are used for. */
export const imageUseWords: Words<Model['imageUseLimits'][number]['use']> = {
  AUTO: msg`Choose for me`,
  REFERENCE: msg`As references`,
  FIRST_FRAME: msg`As the first frame`,
  FIRST_AND_LAST_FRAME: msg`As first and last frame`,
};

/** Who makes the video. */
export const providerWords: Words<Task['provider']> = {
  KIE: msg`Kie API`,
  GOOGLE: msg`Google Veo`,
  SIMULATOR: msg`Simulation`,
};

type ErrorCode = NonNullable<Task['error']>['code'];
/** What happened. */
export const failureWords: Words<ErrorCode> = {
  PROVIDER_REJECTED: msg`The provider refused the request.`,
  CONTENT_FILTERED: msg`The provider’s content rules stopped it.`,
  INSUFFICIENT_CREDITS: msg`The provider’s account has too few credits.`,
  PROVIDER_UNAUTHORIZED: msg`The provider does not accept this server’s key.`,
  PROVIDER_FAILED: msg`The provider tried and failed.`,
  MODEL_RETIRED: msg`The provider no longer offers this model.`,
  IMAGE_UNREACHABLE: msg`A reference image could not be fetched.`,
  SUBMISSION_UNKNOWN: msg`It never became known whether the provider took it.`,
  GAVE_UP: msg`The provider told no end for too long.`,
  INTERNAL: msg`Something went wrong on this server.`,
};

/** What a person can do after it. */
export const adviceWords: Words<ErrorCode> = {
  PROVIDER_REJECTED: msg`Change the prompt or the settings, then generate again.`,
  CONTENT_FILTERED: msg`Reword the prompt or use other images, then generate again.`,
  INSUFFICIENT_CREDITS: msg`Top up the provider’s account, then retry.`,
  PROVIDER_UNAUTHORIZED: msg`Ask whoever runs this server to check the provider’s key, then retry.`,
  PROVIDER_FAILED: msg`Often it works the next time: retry.`,
  MODEL_RETIRED: msg`Generate again with another model.`,
  IMAGE_UNREACHABLE: msg`Upload the image here instead of giving its address, then generate again.`,
  SUBMISSION_UNKNOWN: msg`Look in the provider’s own list before you retry, or you may pay twice.`,
  GAVE_UP: msg`Look in the provider’s own list: the video may be there.`,
  INTERNAL: msg`Retry. If it happens again, tell whoever runs this server.`,
};

/** Whether a failure costs money. */
export const billedWords: Words<NonNullable<Task['error']>['billed']> = {
  NO: msg`Nothing was charged.`,
  YES: msg`It was charged.`,
  UNKNOWN: msg`It may have been charged: look at the provider’s account.`,
};

/** What a person can mend. The server's own words, in English, say more where these say little. */
export const userErrorWords: Words<UserError['code']> = {
  BAD_INPUT: msg`This value cannot be used.`,
  UNSUPPORTED: msg`The model cannot do this.`,
  PROVIDER_NOT_CONFIGURED: msg`This server has no key for that provider.`,
  NOT_FOUND: msg`It is not there (any more).`,
  IDEMPOTENCY_CONFLICT: msg`This request was already used for something else. Press again.`,
  NOT_CANCELABLE: msg`It has ended already.`,
  NOT_TERMINAL: msg`It has not ended yet.`,
  NOT_RESOLVABLE: msg`There is nothing to decide any more.`,
  RATE_LIMITED: msg`Too many requests. Wait a moment, then press again.`,
  BUDGET_EXCEEDED: msg`This month’s budget does not allow it.`,
};
