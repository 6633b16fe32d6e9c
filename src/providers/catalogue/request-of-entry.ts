import type { JsonObject, JsonValue } from '../../domain/video-task.ts';
import type { SubmitRequest } from '../provider.ts';
import type { CatalogueEntry, EntryForm, ImageForm } from './entry.ts';
import { formsOf } from './model-of-entry.ts';

/** The request of a task; `model` is its string for this use of images. */
export interface EntryRequest {
  readonly model: string;
  readonly input: JsonObject;
}

/** An input of a task whose entry has changed since the task was made, and does not have its value any more. */
export class NotInEntryError extends Error {
  override readonly name = 'NotInEntryError';

  /** The name in `generateVideo`. */
  readonly input: string;

  constructor(input: string, value: string | number) {
    super(`${input} ${value} is not in the entry`);
    this.input = input;
  }
}

/**
 * The request of a task: every input that its entry has a field for, and the constants of its form. What the task leaves
 * open is sent as the entry's default, so that what is booked is what is made.
 *
 * @throws NotInEntryError
 */
export function requestOfEntry(
  entry: CatalogueEntry,
  request: Omit<SubmitRequest, 'images' | 'callbackUrl'>,
  imageUrls: readonly string[],
): EntryRequest {
  const form = formFor(entry, request, imageUrls.length);
  const inputs = { ...entry.inputs, ...form.inputs };
  const { audio, aspectRatio, durationSeconds, resolution, ...plain } = inputs;
  const input: { [field: string]: JsonValue } = {};
  for (const [name, sent] of Object.entries(plain)) {
    const value = request[name as keyof typeof plain];
    if (sent !== undefined && value !== null) input[sent.field] = value;
  }
  Object.assign(input, imagesIn(form, imageUrls));
  if (aspectRatio !== null) {
    const text = valueOf('aspectRatio', aspectRatio.values, request.aspectRatio);
    if (text !== null) input[aspectRatio.field] = text;
  }
  const length = request.durationSeconds ?? durationSeconds.default;
  if (!durationSeconds.values.includes(length)) throw new NotInEntryError('durationSeconds', length);
  input[durationSeconds.field] = durationSeconds.as === 'string' ? String(length) : length;
  if (typeof resolution !== 'string') {
    const name = request.resolution ?? resolution.default;
    input[resolution.field] = valueOf('resolution', resolution.values, name);
  }
  if (typeof audio !== 'string') input[audio.field] = request.audio ?? audio.default;
  return {
    model: entry.sentAs ?? form.model ?? entry.id,
    input: { ...input, ...form.constants },
  };
}

/** Every field that the inputs and the images of an entry are sent in. Options of callers cannot set them. */
export function fieldsOfEntry({ inputs, images }: CatalogueEntry): string[] {
  const ofInputs = Object.values(inputs).flatMap((input) =>
    typeof input === 'object' && input !== null ? [input.field] : [],
  );
  const ofImages = formsOf({ images }).flatMap(([, { place }]) =>
    'list' in place ? [place.list] : place.each,
  );
  return [...new Set([...ofInputs, ...ofImages])];
}

function formFor(
  entry: CatalogueEntry,
  { imagesAs }: Pick<SubmitRequest, 'imagesAs'>,
  count: number,
): EntryForm | ImageForm {
  if (count === 0 && entry.text !== null) return entry.text;
  const [, form] =
    formsOf(entry).find(
      ([use, { min, max }]) => (imagesAs === 'AUTO' || use === imagesAs) && count >= min && count <= max,
    ) ?? [];
  if (form === undefined) throw new NotInEntryError('referenceImages', count);
  return form;
}

function imagesIn(form: EntryForm | ImageForm, urls: readonly string[]): JsonObject {
  if (!('place' in form) || urls.length === 0) return {};
  const { place } = form;
  if ('each' in place) {
    return Object.fromEntries(
      place.each.flatMap((field, index) => (urls[index] === undefined ? [] : [[field, urls[index]]])),
    );
  }
  const { list, key } = place;
  return { [list]: key === undefined ? [...urls] : urls.map((url) => ({ [key]: url })) };
}

function valueOf<Name extends string, Text>(
  input: string,
  values: Partial<Record<Name, Text>>,
  name: Name,
): Text {
  const text = values[name];
  if (text === undefined) throw new NotInEntryError(input, name);
  return text;
}
