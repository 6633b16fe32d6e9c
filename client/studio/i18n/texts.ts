import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Model } from '../api/queries.ts';
import type { Task } from '../api/task.ts';

type Texts<T extends string> = Readonly<Record<T, MessageDescriptor>>;

/** Stages of a task. */
export const stageTexts: Texts<Task['stage']> = {
  WAITING: msg`Waiting`,
  SUBMITTING: msg`Sending`,
  SUBMISSION_UNKNOWN: msg`Action needed`,
  GENERATING: msg`Generating`,
  COMPLETED: msg`Ready`,
  FAILED: msg`Failed`,
  CANCELED: msg`Canceled`,
};

/** Statuses, for the filter. */
export const statusTexts: Texts<Task['status']> = {
  QUEUED: msg`Waiting`,
  PROCESSING: msg`Generating`,
  COMPLETED: msg`Ready`,
  FAILED: msg`Failed`,
  CANCELED: msg`Canceled`,
};

/** Aspect ratios. */
export const aspectTexts: Texts<Model['aspectRatios'][number]> = {
  LANDSCAPE_16_9: msg`16:9`,
  PORTRAIT_9_16: msg`9:16`,
  SQUARE_1_1: msg`1:1`,
  LANDSCAPE_4_3: msg`4:3`,
  PORTRAIT_3_4: msg`3:4`,
  LANDSCAPE_3_2: msg`3:2`,
  PORTRAIT_2_3: msg`2:3`,
  LANDSCAPE_21_9: msg`21:9`,
  AUTO: msg`Auto`,
};

/** Resolutions. */
export const resolutionTexts: Texts<Model['resolutions'][number]> = {
  P360: msg`360p`,
  P480: msg`480p`,
  P540: msg`540p`,
  P720: msg`720p`,
  P768: msg`768p`,
  P1080: msg`1080p`,
  P1440: msg`2K`,
  P2160: msg`4K`,
};

/** Use cases. */
export const useCaseTexts: Texts<NonNullable<Task['useCase']>> = {
  PRODUCT_VIDEO: msg`Product video`,
  HERO_IMAGE: msg`Hero shot`,
  GEMSTONE_CLOSEUP: msg`Gemstone close-up`,
  LUXURY_BRAND: msg`Luxury brand film`,
  GENERAL: msg`General`,
};

/** Uses of images. */
export const imageUseTexts: Texts<Model['imageUseLimits'][number]['use']> = {
  AUTO: msg`Automatically`,
  REFERENCE: msg`As references`,
  FIRST_FRAME: msg`As the first frame`,
  FIRST_AND_LAST_FRAME: msg`As first and last frame`,
};

/** Providers. */
export const providerTexts: Texts<Task['provider']> = {
  KIE: msg`Kie API`,
  GOOGLE: msg`Google`,
  SIMULATOR: msg`Simulation`,
};

type ErrorCode = NonNullable<Task['error']>['code'];
/** Reasons of failures. */
export const failureTexts: Texts<ErrorCode> = {
  PROVIDER_REJECTED: msg`The provider rejected the request.`,
  CONTENT_FILTERED: msg`The provider’s content filter rejected the request.`,
  INSUFFICIENT_CREDITS: msg`The provider account does not have enough credits.`,
  PROVIDER_UNAUTHORIZED: msg`The provider did not accept this server’s API key.`,
  PROVIDER_FAILED: msg`Generation failed at the provider.`,
  MODEL_RETIRED: msg`The provider no longer offers this model.`,
  IMAGE_UNREACHABLE: msg`A reference image could not be downloaded.`,
  SUBMISSION_UNKNOWN: msg`Given up: it is not known whether the provider accepted the request.`,
  GAVE_UP: msg`The provider did not report a result in time.`,
  INTERNAL: msg`An internal error occurred on this server.`,
};

/** Next steps after failures. */
export const adviceTexts: Texts<ErrorCode> = {
  PROVIDER_REJECTED: msg`Change the prompt or the settings, then generate again.`,
  CONTENT_FILTERED: msg`Reword the prompt or use other images, then generate again.`,
  INSUFFICIENT_CREDITS: msg`Top up the provider account, then retry.`,
  PROVIDER_UNAUTHORIZED: msg`Ask the operator of this server to check the provider’s API key, then retry.`,
  PROVIDER_FAILED: msg`Retry: the next attempt often succeeds.`,
  MODEL_RETIRED: msg`Generate again with another model.`,
  IMAGE_UNREACHABLE: msg`Upload the image file instead of its URL, then generate again.`,
  SUBMISSION_UNKNOWN: msg`Check the task list at the provider before you retry, or you may pay twice.`,
  GAVE_UP: msg`Check the task list at the provider: the video may be there.`,
  INTERNAL: msg`Retry. If it happens again, contact the operator of this server.`,
};

/** The charge for a failure. */
export const billedTexts: Texts<NonNullable<Task['error']>['billed']> = {
  NO: msg`Nothing was charged.`,
  YES: msg`You were charged.`,
  UNKNOWN: msg`You may have been charged: check the provider account.`,
};
