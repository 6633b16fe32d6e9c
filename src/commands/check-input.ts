import { message, type Message } from '../domain/messages.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import type { JsonObject, VideoSpec } from '../domain/video-task.ts';
import type { VideoModel } from '../domain/video-model.ts';
import { unsupported, type UserError } from '../domain/user-errors/user-error.ts';
import { isWebAddress } from '../domain/web-address.ts';

/** The longest prompt, in characters. */
export const maxPromptLength = 10_000;
/** The longest label, in characters. */
export const maxLabelLength = 200;
/** The longest group, in characters. */
export const maxGroupLength = 64;
/** More images than any model accepts: each is looked up and fetched. */
export const maxReferenceImages = 50;
/** Signed addresses of image hosts have some 2000; servers take 8192. */
const maxUrlLength = 8192;
/** In bytes as JSON. Providers' own options have some hundred; each read of a task reads them too. */
const maxOptionsBytes = 32_768;
/** A UUID has 36 characters; keys that are made of a user and an order are longer. */
const maxKeyLength = 255;
/** Longer names of models were never seen. */
const maxModelLength = 200;

/** The errors of an input, independent of the provider. Only the syntax of image URLs is checked: the worker fetches them. */
export function checkInput(input: GenerateVideoInput): UserError[] {
  const errors: UserError[] = [];
  const bad = (reason: Message, text: string, ...field: string[]) =>
    errors.push(badInput(reason, text, ['input', ...field]));
  const prompt = input.prompt?.trim() ?? '';
  if (prompt === '' && input.useCase === null) {
    const text = 'A prompt is required. Say what the video shows, or choose a useCase.';
    bad(message('PROMPT_MISSING', {}), text, 'prompt');
  }
  checkText('prompt', prompt, maxPromptLength, errors);
  checkText('negativePrompt', input.negativePrompt ?? '', maxPromptLength, errors);
  checkLabel(input.label, errors);
  checkText('group', input.group ?? '', maxGroupLength, errors);
  checkModel(input.model, errors);
  if (input.referenceImages.length > maxReferenceImages) {
    const reason = message('TOO_MANY_IMAGES', { max: maxReferenceImages });
    bad(reason, `At most ${maxReferenceImages} reference images are accepted.`, 'referenceImages');
  }
  for (const [index, { url }] of input.referenceImages.entries()) {
    if (url === null) continue;
    checkImageUrl(url, (reason, text) => bad(reason, text, 'referenceImages', String(index), 'url'));
  }
  if (input.providerOptions !== null && byteLengthOf(input.providerOptions) > maxOptionsBytes) {
    const reason = message('OPTIONS_TOO_LARGE', { maxBytes: maxOptionsBytes });
    bad(reason, `providerOptions have at most ${maxOptionsBytes} bytes as JSON.`, 'providerOptions');
  }
  if (input.durationSeconds !== null && input.durationSeconds < 1) {
    const reason = message('DURATION_TOO_SHORT', { min: 1 });
    bad(reason, 'durationSeconds must be at least 1.', 'durationSeconds');
  }
  return errors;
}

/** Reports input that is too long or too short for a model: the prompt counts as it is sent, with the frame of the use case. */
export function checkLengths(
  {
    label,
    minPromptLength: least = 1,
    maxPromptLength: most,
    maxNegativePromptLength: mostNegative,
  }: VideoModel,
  spec: Pick<VideoSpec, 'prompt' | 'negativePrompt' | 'useCase'>,
): UserError[] {
  const errors: UserError[] = [];
  const check = (field: 'prompt' | 'negativePrompt', sent: string, allowed: number | null, how: string) => {
    const length = lengthOf(sent);
    if (allowed === null || length <= allowed) return;
    const text = `${label} takes at most ${allowed} characters; the ${field} has ${length}${how}.`;
    const useCase = field === 'prompt' ? spec.useCase : null;
    const about = { model: label, name: field, length, max: allowed, useCase };
    errors.push(unsupported(field, text, message('PROMPT_TOO_LONG', about)));
  };
  const how = spec.useCase === null ? '' : ` with the frame of ${spec.useCase}`;
  const promptLength = lengthOf(spec.prompt);
  if (promptLength < least) {
    const text = `${label} takes at least ${least} characters; the prompt has ${promptLength}.`;
    const reason = message('PROMPT_TOO_SHORT', { model: label, length: promptLength, min: least });
    errors.push(unsupported('prompt', text, reason));
  }
  check('prompt', spec.prompt, most, how);
  check('negativePrompt', spec.negativePrompt ?? '', mostNegative, '');
  return errors;
}

/** A label is free text, but short. */
export const checkLabel = (label: string | null, errors: UserError[]): void =>
  checkText('label', label ?? '', maxLabelLength, errors);

/** Adds an error for a string that is not the name of a model. Whether the model exists is for the provider to say. */
export function checkModel(model: string | null, errors: UserError[]): void {
  if (model !== null && (model.length > maxModelLength || !/^[\x21-\x7e]+$/.test(model))) {
    errors.push(
      badInput(
        message('MODEL_NAME_MALFORMED', {}),
        'This is not the name of a model. Use a name from the query `providers` or from the provider, or omit it.',
        ['input', 'model'],
      ),
    );
  }
}

/** The fault of an idempotency key; null: none. Control characters are kept for keys of our own. */
export function checkKey(key: string | null, field: readonly string[]): UserError | null {
  if (key === null) return null;
  if (key === '') {
    const text = 'idempotencyKey must not be empty. Omit it, or send a string of your choice.';
    return badInput(message('KEY_EMPTY', {}), text, field);
  }
  return isText(key) && !/\p{Cc}/u.test(key) && lengthOf(key) <= maxKeyLength
    ? null
    : badInput(
        message('KEY_MALFORMED', { max: maxKeyLength }),
        `idempotencyKey must be plain text of at most ${maxKeyLength} characters on one line.`,
        field,
      );
}

/** Adds an error for a text that is too long, or that no database can hold. */
export function checkText(
  name: 'prompt' | 'negativePrompt' | 'label' | 'group' | 'notes',
  text: string,
  maxLength: number,
  errors: UserError[],
): void {
  const length = lengthOf(text);
  if (length > maxLength) {
    errors.push(
      badInput(
        message('TEXT_TOO_LONG', { name, length, max: maxLength }),
        `The ${name} has ${length} characters; at most ${maxLength} are accepted.`,
        ['input', name],
      ),
    );
  }
  if (!isText(text)) {
    errors.push(
      badInput(
        message('TEXT_MALFORMED', { name }),
        `The ${name} contains an unpaired surrogate or a NUL. Send well-formed Unicode text.`,
        ['input', name],
      ),
    );
  }
}

/** Characters as Unicode counts them: an emoji takes two places of a string, and is one. */
export const lengthOf = (text: string): number =>
  text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0);

/** No database holds half a surrogate pair: two keys could become one. PostgreSQL's texts hold no NUL. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

const badInput = (reason: Message, text: string, field: readonly string[]): UserError => ({
  code: 'BAD_INPUT',
  message: text,
  reason,
  field,
});

const byteLengthOf = (value: JsonObject): number => Buffer.byteLength(JSON.stringify(value));

/** Reports the fault of an image's address, by its syntax alone. */
export function checkImageUrl(text: string, bad: (reason: Message, text: string) => void): void {
  if (text.length > maxUrlLength) {
    const reason = message('IMAGE_URL_TOO_LONG', { max: maxUrlLength });
    bad(reason, `An image URL must have at most ${maxUrlLength} characters.`);
    return;
  }
  const url = isWebAddress(text) ? URL.parse(text) : null;
  if (url === null) {
    const reason = message('IMAGE_URL_MALFORMED', {});
    bad(reason, 'An image URL must start with https:// or http:// and contain no spaces.');
  } else if (url.username !== '' || url.password !== '') {
    const reason = message('IMAGE_URL_WITH_CREDENTIALS', {});
    bad(reason, 'An image URL must not contain a user name or password.');
  }
}
