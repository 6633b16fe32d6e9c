/**
 * The messages of calls that are refused, with their parameters, as part of `messageCodes`. Numbers are as they count;
 * lists are joined by commas; `name` is the name of a field of the input.
 */
export const refusalCodes = {
  // Texts, keys and ids of the input.
  PROMPT_MISSING: { about: 'There is neither a prompt nor a use case.', params: [] },
  TEXT_TOO_LONG: { about: 'A text has too many characters.', params: ['name', 'length', 'max'] },
  TEXT_MALFORMED: { about: 'A text is not well-formed Unicode, or has a NUL.', params: ['name'] },
  MODEL_NAME_MALFORMED: { about: 'The text cannot be the name of a model.', params: [] },
  KEY_EMPTY: { about: 'The idempotency key is empty.', params: [] },
  KEY_MALFORMED: {
    about: 'The idempotency key is too long, or not plain text on one line.',
    params: ['max'],
  },
  PROVIDER_TASK_ID_MALFORMED: { about: "The text cannot be a provider's id of a task.", params: [] },
  OPTIONS_NOT_AN_OBJECT: { about: '`providerOptions` are no JSON object.', params: [] },
  OPTIONS_TOO_LARGE: { about: '`providerOptions` have too many bytes as JSON.', params: ['maxBytes'] },
  OPTION_RESERVED: {
    about: 'Reelay sets the option itself: the input has a field for it.',
    params: ['option'],
  },
  OPTION_CHANGES_COST: {
    about:
      'The option may change the cost, and there is a monthly budget; `allowed` options do not, or null.',
    params: ['option', 'model', 'allowed'],
  },
  OPTION_OF_WRONG_TYPE: {
    about: 'Under a monthly budget the option must be of one of these types.',
    params: ['option', 'types'],
  },
  // Images.
  TOO_MANY_IMAGES: { about: 'There are more images than a call may have.', params: ['max'] },
  IMAGES_TOO_LARGE: { about: 'The images have too many megabytes together.', params: ['maxMegabytes'] },
  IMAGE_URL_TOO_LONG: { about: 'The address of an image has too many characters.', params: ['max'] },
  IMAGE_URL_MALFORMED: { about: 'The address of an image is not of https: or http:.', params: [] },
  IMAGE_URL_WITH_CREDENTIALS: { about: 'The address of an image has a user name or password.', params: [] },
  IMAGE_URL_UNREACHABLE: { about: 'An image cannot be fetched from its address.', params: ['reason'] },
  UPLOAD_NOT_FOUND: { about: 'There is no such upload, or no longer.', params: [] },
  FILE_TOO_LARGE: { about: 'The file has too many bytes.', params: ['bytes', 'maxBytes'] },
  FILE_NOT_AN_IMAGE: { about: 'The file is no JPEG, PNG or WebP image.', params: [] },
  FILE_IS_HEIC: { about: 'HEIC images are not accepted.', params: [] },
  FILE_IS_AVIF: { about: 'AVIF images are not accepted.', params: [] },
  IMAGE_MALFORMED: {
    about: 'The image cannot be read; it is to be saved again.',
    params: ['format', 'reason'],
  },
  TOO_MANY_PIXELS: {
    about: 'The image has too many pixels on a side, or in all.',
    params: ['width', 'height', 'maxSide', 'maxMegapixels'],
  },
  STORAGE_FULL: { about: 'The images of the owner take too many bytes.', params: ['bytes', 'maxBytes'] },
  NO_STORED_VIDEO: { about: 'The task has no stored video that a poster could be of.', params: [] },
  FRAME_OF_OTHER_SHAPE: {
    about: 'The frame has not the shape of the video, or is larger.',
    params: ['width', 'height'],
  },
  // What a provider and its model can do.
  PROVIDER_NOT_CONFIGURED: {
    about:
      'The provider is not configured on this server; `available` are those that are. `provider` may be null.',
    params: ['provider', 'available'],
  },
  PROVIDER_NO_LONGER_CONFIGURED: {
    about: 'The provider of the task is no longer configured on this server.',
    params: ['provider'],
  },
  MODEL_NOT_LISTED: {
    about: 'The provider has no such model; `allowed` are those that it has.',
    params: ['provider', 'model', 'allowed'],
  },
  MODEL_MISSPELT: {
    about: 'The provider lists no such model; `suggestions` are names that are close to it.',
    params: ['provider', 'model', 'suggestions'],
  },
  MODEL_NO_LONGER_OFFERED: {
    about: 'The provider has not offered the model since a day; `successor` is the one to use, or null.',
    params: ['provider', 'model', 'since', 'successor'],
  },
  FIELD_NOT_KNOWN: {
    about: 'The model is not listed, so its name for this input is not known.',
    params: ['model', 'name'],
  },
  INPUT_NOT_TAKEN: { about: 'The model does not take this input.', params: ['model', 'name'] },
  VALUE_NOT_POSSIBLE: {
    about:
      'The model cannot do the value; `allowed` are those that it can, with such images or at that resolution (or null).',
    params: ['model', 'name', 'value', 'allowed', 'imagesAs', 'resolution'],
  },
  ALWAYS_SILENT: { about: 'The model makes videos without sound.', params: ['model'] },
  ALWAYS_WITH_SOUND: { about: 'The model makes videos with sound.', params: ['model'] },
  PROMPT_TOO_LONG: {
    about: 'The model takes fewer characters; with a `useCase` (or null) its frame counts.',
    params: ['model', 'name', 'length', 'max', 'useCase'],
  },
  PROMPT_TOO_SHORT: { about: 'The model takes no shorter prompt.', params: ['model', 'length', 'min'] },
  DURATION_TOO_SHORT: { about: 'A video has at least this many seconds.', params: ['min'] },
  IMAGES_REQUIRED: {
    about: 'The model requires images, as many as `allowed`; `textModel` is the one without, or null.',
    params: ['model', 'allowed', 'textModel'],
  },
  IMAGES_FOR_USE_MISSING: { about: 'The use of images requires some.', params: ['imagesAs'] },
  IMAGES_FOR_DRAFT_MISSING: { about: 'A prompt is drafted from at least one image.', params: [] },
  IMAGES_NOT_TAKEN: { about: 'The model uses no images.', params: ['model'] },
  IMAGE_USE_NOT_POSSIBLE: {
    about: 'The model cannot use images like this; `allowed` are the uses that it has.',
    params: ['model', 'imagesAs', 'allowed'],
  },
  IMAGE_COUNT_NOT_POSSIBLE: {
    about: 'The model cannot use that many images; `allowed` is how many for each use.',
    params: ['model', 'imagesAs', 'count', 'allowed'],
  },
  // Tasks in another state than the call needs.
  TASK_NOT_FOUND: { about: 'There is no task with this id.', params: [] },
  TASK_OF_KEY_DELETED: { about: 'The task of the idempotency key was deleted.', params: [] },
  KEY_USED_OTHERWISE: { about: 'The idempotency key was used with another input.', params: [] },
  TASK_NOT_ENDED: { about: 'The task has not ended yet.', params: ['stage'] },
  TASK_ENDED: { about: 'The task has ended already.', params: ['stage'] },
  TASK_MOVED: { about: 'The task moved on at this moment: the call can be repeated.', params: [] },
  INPUT_NOT_KNOWN: { about: 'The task was made elsewhere, so its input is not known here.', params: [] },
  UPLOAD_EXPIRED: { about: 'An uploaded image of the task is no longer stored.', params: [] },
  SUBMISSION_IN_DOUBT: { about: 'Whether the provider took the task is to be resolved first.', params: [] },
  SUBMISSION_NOT_IN_DOUBT: { about: 'The submission of the task is not in doubt.', params: ['stage'] },
  SUBMISSION_RESOLVED: { about: 'The submission has been resolved in the meantime.', params: [] },
  SUBMISSION_HAS_ID: { about: "The task has its provider's id already.", params: ['providerTaskId'] },
  ID_OF_OTHER_TASK: { about: 'The id belongs to another task.', params: [] },
  RESOLUTION_FALSE: {
    about: 'The field must be true; without a resolution the call is to be omitted.',
    params: ['name'],
  },
  // Limits and money. Amounts are in USD.
  TOO_MANY_OPEN_TASKS: {
    about: 'The owner has as many open tasks as are allowed, or null.',
    params: ['max'],
  },
  TOO_MANY_REFRESHES: { about: 'Too many refreshes of the owner are under way.', params: [] },
  TOO_MANY_MUTATIONS: {
    about: 'The owner may make so many mutations a minute; the next after a pause.',
    params: ['max', 'waitSeconds'],
  },
  TOO_MANY_DRAFTS: { about: 'Too many prompts are being drafted.', params: [] },
  OVER_BUDGET: {
    about: 'The estimate is more than is left of the budget of the month.',
    params: ['estimate', 'budget', 'spent'],
  },
  PRICE_NOT_KNOWN: {
    about:
      'There is a budget, and no price of the model with these options; the operator can set it in `setting`, or null.',
    params: ['model', 'setting'],
  },
  // Drafted prompts.
  DRAFTS_NOT_CONFIGURED: { about: 'This server has no language model that drafts prompts.', params: [] },
  DRAFT_FILTERED: {
    about: 'The content filter of the language model refuses the images or notes.',
    params: [],
  },
  DRAFT_FAILED: { about: 'The language model drafted no prompt.', params: ['reason'] },
} as const satisfies Record<string, { readonly about: string; readonly params: readonly string[] }>;
