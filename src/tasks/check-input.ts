import type { GenerateVideoInput } from './plan.ts';
import type { UserError } from './user-error.ts';

/** The longest prompt, in characters. */
export const maxPromptLength = 10_000;
/** The longest label, in characters. */
export const maxLabelLength = 200;
/** The most reference images of one video. */
export const maxReferenceImages = 3;

/** What is wrong with an input whoever does it. Images are held to syntax only: reaching them is the worker's matter. */
export function checkInput(input: GenerateVideoInput): UserError[] {
  const errors: UserError[] = [];
  const bad = (message: string, ...field: string[]) =>
    errors.push({ code: 'BAD_INPUT', message, field: ['input', ...field] });
  const prompt = input.prompt?.trim() ?? '';
  if (prompt === '' && input.useCase === null) {
    bad('A prompt is required. Say what the video shows, or choose a useCase.', 'prompt');
  }
  if (prompt.length > maxPromptLength) {
    bad(`The prompt has ${prompt.length} characters; at most ${maxPromptLength} are taken.`, 'prompt');
  }
  checkLabel(input.label, errors);
  if (input.referenceImages.length > maxReferenceImages) {
    bad(`At most ${maxReferenceImages} reference images are taken.`, 'referenceImages');
  }
  for (const [index, { url }] of input.referenceImages.entries()) {
    if (url !== null) checkImageUrl(url, (message) => bad(message, 'referenceImages', String(index), 'url'));
  }
  if (input.durationSeconds !== null && input.durationSeconds < 1) {
    bad('A video lasts at least one second.', 'durationSeconds');
  }
  return errors;
}

/** A label is free text, but short. */
export function checkLabel(label: string | null, errors: UserError[]): void {
  if (label !== null && label.length > maxLabelLength) {
    errors.push({
      code: 'BAD_INPUT',
      message: `The label has ${label.length} characters; at most ${maxLabelLength} are taken.`,
      field: ['input', 'label'],
    });
  }
}

function checkImageUrl(text: string, bad: (message: string) => void): void {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    bad('An image address starts with https:// or http://.');
  else if (url.username !== '' || url.password !== '')
    bad('An image address carries no user name or password.');
}
