import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { UserError } from '../api/task.ts';
import type { TaskMessageCode } from './messages.ts';
import { RefusalValues } from './refusal-values.ts';

/** Codes of the texts about refused calls. */
type RefusalCode = Exclude<UserError['reason']['code'], TaskMessageCode>;

/** Texts about refused calls: all that the server has, as the compiler makes sure. */
const refusalTexts: Readonly<Record<RefusalCode, (values: RefusalValues) => MessageDescriptor>> = {
  // Texts, keys and ids of the input.
  PROMPT_MISSING: () => msg`Describe the video or choose a use case.`,
  TEXT_TOO_LONG: (v) =>
    msg`Too long (${v.words('name')}): ${v.number('length')} characters; the limit is ${v.number('max')}.`,
  TEXT_MALFORMED: (v) =>
    msg`This text contains characters that cannot be stored (${v.words('name')}). Type it again.`,
  MODEL_NAME_MALFORMED: () => msg`This is not the name of a model. Choose one from the list.`,
  KEY_EMPTY: () => msg`The idempotency key is empty.`,
  KEY_MALFORMED: (v) =>
    msg`The idempotency key must be plain text on one line, ${v.number('max')} characters at most.`,
  PROVIDER_TASK_ID_MALFORMED: () => msg`This is not the ID of a task at the provider. Copy it from there.`,
  OPTIONS_NOT_AN_OBJECT: () => msg`The provider options must be a JSON object.`,
  OPTIONS_TOO_LARGE: (v) => msg`The provider options are too large: the limit is ${v.size('maxBytes')}.`,
  OPTION_RESERVED: (v) =>
    msg`The provider option “${v.text('option')}” is set by Reelay. Use the field of the form instead.`,
  OPTION_CHANGES_COST: (v) =>
    v.has('allowed')
      ? msg`Under a monthly budget, the provider option “${v.text('option')}” is not allowed: it may change the cost. Allowed: ${v.text('allowed')}.`
      : msg`Under a monthly budget, the provider option “${v.text('option')}” is not allowed: it may change the cost.`,
  OPTION_OF_WRONG_TYPE: (v) =>
    msg`The provider option “${v.text('option')}” has a value of another type than ${v.text('types')}.`,
  // Images.
  TOO_MANY_IMAGES: (v) => msg`Too many images: the limit is ${v.number('max')}.`,
  IMAGES_TOO_LARGE: (v) =>
    msg`The images are too large together: the limit is ${v.number('maxMegabytes')} MB.`,
  IMAGE_URL_TOO_LONG: (v) => msg`The image URL is too long: the limit is ${v.number('max')} characters.`,
  IMAGE_URL_MALFORMED: () => msg`An image URL must start with https:// or http:// and contain no spaces.`,
  IMAGE_URL_WITH_CREDENTIALS: () => msg`An image URL must not contain a user name or password.`,
  IMAGE_URL_UNREACHABLE: () =>
    msg`The image could not be downloaded. Use a public URL, or upload the image file.`,
  UPLOAD_NOT_FOUND: () => msg`An uploaded image is no longer on the server. Upload it again.`,
  FILE_TOO_LARGE: (v) => msg`The file is too large: ${v.size('bytes')}; the limit is ${v.size('maxBytes')}.`,
  FILE_NOT_AN_IMAGE: () => msg`This file is not a JPEG, PNG or WebP image.`,
  FILE_IS_HEIC: () => msg`HEIC images are not supported. Save the image as JPEG, PNG or WebP.`,
  FILE_IS_AVIF: () => msg`AVIF images are not supported. Save the image as JPEG, PNG or WebP.`,
  IMAGE_MALFORMED: (v) => msg`The ${v.text('format')} image could not be read. Save it again.`,
  TOO_MANY_PIXELS: (v) =>
    msg`The image is too large: ${v.number('width')} × ${v.number('height')} pixels. The limit is ${v.number('maxSide')} on a side and ${v.number('maxMegapixels')} megapixels in all.`,
  STORAGE_FULL: (v) =>
    msg`Your images take ${v.size('bytes')} on the server; the limit is ${v.size('maxBytes')}. Delete old videos, or ask the operator for more.`,
  NO_STORED_VIDEO: () => msg`The server has no copy of this video.`,
  FRAME_OF_OTHER_SHAPE: () => msg`This frame does not have the shape of the video.`,
  // What a provider and its model can do.
  PROVIDER_NOT_CONFIGURED: (v) =>
    v.has('provider')
      ? msg`${v.words('provider')} is not configured on this server. Available: ${v.words('available')}.`
      : msg`No provider is configured on this server.`,
  PROVIDER_NO_LONGER_CONFIGURED: (v) => msg`${v.words('provider')} is no longer configured on this server.`,
  MODEL_NOT_LISTED: (v) => msg`${v.text('provider')} has no model “${v.text('model')}”.`,
  MODEL_MISSPELT: (v) =>
    msg`${v.text('provider')} has no model “${v.text('model')}”. Did you mean ${v.text('suggestions')}?`,
  MODEL_NO_LONGER_OFFERED: (v) =>
    v.has('successor')
      ? msg`${v.text('provider')} has not offered ${v.text('model')} since ${v.day('since')}. Use ${v.text('successor')}.`
      : msg`${v.text('provider')} has not offered ${v.text('model')} since ${v.day('since')}. Choose another model.`,
  FIELD_NOT_KNOWN: (v) =>
    msg`${v.text('model')} is not in the list, so this setting cannot be sent: ${v.words('name')}. Choose a listed model.`,
  INPUT_NOT_TAKEN: (v) => msg`${v.text('model')} does not support this setting: ${v.words('name')}.`,
  VALUE_NOT_POSSIBLE: impossibleValue,
  ALWAYS_SILENT: (v) => msg`${v.text('model')} only makes videos without sound.`,
  ALWAYS_WITH_SOUND: (v) => msg`${v.text('model')} only makes videos with sound.`,
  PROMPT_TOO_LONG: (v) =>
    v.has('useCase')
      ? msg`Too long for ${v.text('model')} together with the text of the use case: ${v.number('length')} characters; the limit is ${v.number('max')}.`
      : msg`Too long for ${v.text('model')} (${v.words('name')}): ${v.number('length')} characters; the limit is ${v.number('max')}.`,
  PROMPT_TOO_SHORT: (v) =>
    msg`Too short for ${v.text('model')}: ${v.number('length')} characters; at least ${v.number('min')} are needed.`,
  DURATION_TOO_SHORT: (v) => msg`The shortest length is ${v.seconds('min')}.`,
  IMAGES_REQUIRED: (v) =>
    v.has('textModel')
      ? msg`${v.text('model')} needs images. Allowed: ${v.words('allowed')}. Without images, use ${v.text('textModel')}.`
      : msg`${v.text('model')} needs images. Allowed: ${v.words('allowed')}.`,
  IMAGES_FOR_USE_MISSING: () => msg`Add the images that are to be used, or choose “Automatically”.`,
  IMAGES_FOR_DRAFT_MISSING: () => msg`Add an image: the prompt is drafted from it.`,
  IMAGES_NOT_TAKEN: (v) => msg`${v.text('model')} does not support images.`,
  IMAGE_USE_NOT_POSSIBLE: (v) =>
    msg`${v.text('model')} cannot use images this way: ${v.words('imagesAs')}. Allowed: ${v.words('allowed')}.`,
  IMAGE_COUNT_NOT_POSSIBLE: (v) =>
    msg`${v.text('model')} cannot use ${v.number('count')} images. Allowed: ${v.words('allowed')}.`,
  // Tasks in another state than the call needs.
  TASK_NOT_FOUND: () => msg`Not found. It may have been deleted.`,
  TASK_OF_KEY_DELETED: () => msg`The video of this request was deleted. Press again to make another one.`,
  KEY_USED_OTHERWISE: () => msg`This request conflicts with an earlier one. Press again.`,
  TASK_NOT_ENDED: () => msg`The task has not ended yet.`,
  TASK_ENDED: () => msg`The task has already ended.`,
  TASK_MOVED: () => msg`The task changed at this moment. Press again.`,
  INPUT_NOT_KNOWN: () => msg`This task was made elsewhere, so its settings are not known here.`,
  UPLOAD_EXPIRED: () =>
    msg`An image of this task is no longer on the server. Upload it again, then generate again.`,
  SUBMISSION_IN_DOUBT: () => msg`First decide whether the provider accepted the task.`,
  SUBMISSION_NOT_IN_DOUBT: () => msg`There is nothing left to decide.`,
  SUBMISSION_RESOLVED: () => msg`Somebody else has already decided this.`,
  SUBMISSION_HAS_ID: (v) => msg`The task already has an ID at the provider: ${v.text('providerTaskId')}.`,
  ID_OF_OTHER_TASK: () => msg`This ID belongs to another task.`,
  RESOLUTION_FALSE: () => msg`Choose one of the answers.`,
  // Limits and money.
  TOO_MANY_OPEN_TASKS: (v) =>
    v.has('max')
      ? msg`Too many videos are being made at once: the limit is ${v.number('max')}. Wait until some are ready.`
      : msg`Too many videos are being made at once. Wait until some are ready.`,
  TOO_MANY_REFRESHES: () => msg`Too many requests. Wait a moment, then press again.`,
  TOO_MANY_MUTATIONS: (v) => msg`Too many requests. Press again in ${v.seconds('waitSeconds')}.`,
  TOO_MANY_DRAFTS: () => msg`Too many prompts are being drafted. Wait a moment, then press again.`,
  OVER_BUDGET: (v) =>
    msg`This would exceed this month’s budget of ${v.money('budget')}: ${v.money('spent')} is spent, and this costs about ${v.money('estimate')}.`,
  PRICE_NOT_KNOWN: (v) =>
    v.has('setting')
      ? msg`There is a monthly budget, and the price of ${v.text('model')} is not known. The operator can set it: ${v.text('setting')}.`
      : msg`There is a monthly budget, and the price of ${v.text('model')} is not known. Choose another model.`,
  // Drafted prompts.
  DRAFTS_NOT_CONFIGURED: () => msg`This server cannot draft prompts.`,
  DRAFT_FILTERED: () =>
    msg`Google’s content filter rejected the images or notes. Use others, or write the prompt yourself.`,
  DRAFT_FAILED: () => msg`The prompt could not be drafted. Try again later, or write it yourself.`,
};

/** A setting that a model does not have: at all, with such images, or at that resolution. */
function impossibleValue(v: RefusalValues): MessageDescriptor {
  const isLength = v.text('name') === 'durationSeconds';
  const model = v.text('model');
  const value = isLength ? v.seconds('value') : v.words('value');
  const allowed = isLength ? v.seconds('allowed') : v.words('allowed');
  if (v.has('resolution'))
    return msg`${model} does not support ${value} at ${v.words('resolution')}. Allowed: ${allowed}.`;
  if (v.has('imagesAs'))
    return msg`${model} does not support ${value} with these images. Allowed: ${allowed}.`;
  return msg`${model} does not support ${value}. Allowed: ${allowed}.`;
}

/** A refusal in the user's language; the server's English for a code that is not known here. */
export function refusalText(i18n: I18n, { reason: { code, params }, message }: UserError): string {
  const say = code in refusalTexts ? refusalTexts[code as RefusalCode] : null;
  return say === null ? message : i18n.t(say(new RefusalValues(i18n, params)));
}
