import type { GenerateVideoInput } from '../domain/selection.ts';
import type { JsonObject } from '../domain/video-task.ts';
import type { UserError } from '../domain/user-error.ts';
import { isWebAddress } from '../domain/web-address.ts';

/** The longest prompt, in characters. */
export const maxPromptLength = 10_000;
/** The longest label, in characters. */
export const maxLabelLength = 200;
/** The most reference images of one video. */
export const maxReferenceImages = 3;
/** Signed addresses of image hosts have some 2000; servers take 8192. */
const maxUrlLength = 8192;
/** In bytes as JSON. Providers' own options have some hundred; each read of a task reads them too. */
const maxOptionsBytes = 32_768;
/** A UUID has 36 characters; keys that are made of a user and an order are longer. */
const maxKeyLength = 255;
/** Longer names of models were never seen. */
const maxModelLength = 200;

/** What is wrong with an input whoever does it. Images are held to syntax only: reaching them is the worker's matter. */
export function checkInput(input: GenerateVideoInput): UserError[] {
  const errors: UserError[] = [];
  const bad = (message: string, ...field: string[]) => errors.push(badInput(message, ['input', ...field]));
  const prompt = input.prompt?.trim() ?? '';
  if (prompt === '' && input.useCase === null) {
    bad('A prompt is required. Say what the video shows, or choose a useCase.', 'prompt');
  }
  checkText('prompt', prompt, maxPromptLength, errors);
  checkLabel(input.label, errors);
  checkModel(input.model, errors);
  if (input.referenceImages.length > maxReferenceImages) {
    bad(`At most ${maxReferenceImages} reference images are taken.`, 'referenceImages');
  }
  for (const [index, { url }] of input.referenceImages.entries()) {
    if (url !== null) checkImageUrl(url, (message) => bad(message, 'referenceImages', String(index), 'url'));
  }
  if (input.providerOptions !== null && byteLengthOf(input.providerOptions) > maxOptionsBytes) {
    bad(`providerOptions have at most ${maxOptionsBytes} bytes as JSON.`, 'providerOptions');
  }
  if (input.durationSeconds !== null && input.durationSeconds < 1) {
    bad('A video lasts at least one second.', 'durationSeconds');
  }
  return errors;
}

/** A label is free text, but short. */
export const checkLabel = (label: string | null, errors: UserError[]): void =>
  checkText('label', label ?? '', maxLabelLength, errors);

/** A model has a name; whether somebody knows it is the provider's matter. */
export function checkModel(model: string | null, errors: UserError[]): void {
  if (model !== null && (model.length > maxModelLength || !/^[\x21-\x7e]+$/.test(model))) {
    errors.push(
      badInput(
        'This cannot be the name of a model: give it as the query `providers` or the provider shows it, or leave it out.',
        ['input', 'model'],
      ),
    );
  }
}

/** What is wrong with an idempotency key; null: nothing. Control characters are kept for keys of our own. */
export function checkKey(key: string | null, field: readonly string[]): UserError | null {
  if (key === null) return null;
  if (key === '') {
    return badInput('An idempotencyKey is not empty. Leave it out, or send any text of yours.', field);
  }
  return isText(key) && !/\p{Cc}/u.test(key) && lengthOf(key) <= maxKeyLength
    ? null
    : badInput(`An idempotencyKey is plain text of at most ${maxKeyLength} characters, on one line.`, field);
}

function checkText(name: 'prompt' | 'label', text: string, maxLength: number, errors: UserError[]): void {
  const length = lengthOf(text);
  if (length > maxLength) {
    errors.push(
      badInput(`The ${name} has ${length} characters; at most ${maxLength} are taken.`, ['input', name]),
    );
  }
  if (!isText(text)) {
    errors.push(
      badInput(`The ${name} has half a character or a NUL in it. Send it as whole Unicode text.`, [
        'input',
        name,
      ]),
    );
  }
}

/** Characters as Unicode counts them: an emoji takes two places of a string, and is one. */
const lengthOf = (text: string): number =>
  text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0);

/** No database holds half a surrogate pair: two keys could become one. PostgreSQL's texts hold no NUL. */
const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

const badInput = (message: string, field: readonly string[]): UserError => ({
  code: 'BAD_INPUT',
  message,
  field,
});

const byteLengthOf = (value: JsonObject): number => Buffer.byteLength(JSON.stringify(value));

function checkImageUrl(text: string, bad: (message: string) => void): void {
  if (text.length > maxUrlLength) {
    bad(`An image address has at most ${maxUrlLength} characters.`);
    return;
  }
  const url = isWebAddress(text) ? URL.parse(text) : null;
  if (url === null) bad('An image address starts with https:// or http:// and has no blanks inside.');
  else if (url.username !== '' || url.password !== '')
    bad('An image address carries no user name or password.');
}
