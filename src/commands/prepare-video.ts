import { message, type Wording } from '../domain/messages.ts';
import type { IdempotencyKey, NewVideoTask } from '../store/new-task.ts';
import type { Owner, ReferenceImage, Upload, VideoSpec, VideoTask } from '../domain/video-task.ts';
import { checkInput, checkKey, checkLengths } from './check-input.ts';
import type { Commands } from './command-context.ts';
import { estimateCost } from '../domain/cost.ts';
import { type KeepFields, newTask, repeatedTask } from './create-task.ts';
import { hashOfInput } from './input-hash.ts';
import { selectModel, type GenerateVideoInput, type ImageInput } from '../domain/selection.ts';
import { sentOptions } from '../domain/selection/unlisted-model.ts';
import { framePrompt } from './prompt-frames.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/** A task that can be inserted, or why there is none. */
export type Preparation =
  | { readonly kind: 'refused'; readonly userErrors: readonly UserError[] }
  /** The key was used before: this is its task. */
  | { readonly kind: 'repeated'; readonly task: VideoTask }
  | {
      readonly kind: 'prepared';
      readonly task: NewVideoTask;
      /** How the choices were made that the input left open; null where it left none. */
      readonly reason: Wording | null;
      readonly key: IdempotencyKey | null;
      /** The paths of the arguments, for errors of the insert. */
      readonly fields: KeepFields;
    };

/**
 * Makes a task of an input, or says everything that is wrong with it. Only the budget is left to say no.
 *
 * @param findUpload the owner's upload of an id; null when there is none
 */
export async function prepareVideo(
  commands: Commands,
  owner: Owner,
  given: GenerateVideoInput,
  idempotencyKey: string | null,
  findUpload: (uploadId: string) => Promise<Upload | null>,
): Promise<Preparation> {
  const fields = {
    key: ['input', 'idempotencyKey'],
    model: ['input', 'model'],
    options: ['input', 'providerOptions'],
  };
  const badKey = checkKey(idempotencyKey, fields.key);
  if (badKey !== null) return { kind: 'refused', userErrors: [badKey] };
  const key = idempotencyKey === null ? null : { key: idempotencyKey, inputHash: hashOfInput(given) };
  // First: a repeated call finds its task even if the operator has changed settings or an upload has expired.
  const repeated = key === null ? null : await repeatedTask(commands, owner, key, fields);
  if (repeated !== null) {
    return repeated.task === null
      ? { kind: 'refused', userErrors: repeated.userErrors }
      : { kind: 'repeated', task: repeated.task };
  }
  const input = { ...given, negativePrompt: given.negativePrompt?.trim() || null };
  const userErrors = checkInput(input);
  if (userErrors.length > 0) return { kind: 'refused', userErrors };
  const selected = selectModel(input, commands.providers, commands.now());
  if (selected.kind === 'impossible') return { kind: 'refused', userErrors: selected.userErrors };
  const { provider, model, knownModel, imagesAs, aspectRatio, durationSeconds, resolution } =
    selected.selection;
  const { prompt, referenceImages, provider: _, ...rest } = input;
  const { images, missing } = await resolveImages(referenceImages, findUpload);
  if (missing.length > 0) return { kind: 'refused', userErrors: missing };
  const spec: VideoSpec = {
    ...rest,
    providerOptions: sentOptions(rest.providerOptions),
    model,
    ...framePrompt(commands.promptFrames, rest.useCase, prompt?.trim() ?? ''),
    referenceImages: images,
    imagesAs,
    aspectRatio,
    durationSeconds,
    resolution,
  };
  const tooLong = knownModel === null ? [] : checkLengths(knownModel, spec);
  if (tooLong.length > 0) return { kind: 'refused', userErrors: tooLong };
  const cost = estimateCost(provider, spec);
  const task = newTask({ owner, provider: provider.name, spec, cost }, commands.now());
  return { kind: 'prepared', task, reason: selected.reason, key, fields };
}

/** Uploads are looked up, and are their owner's only; addresses go out as URLs are written. */
async function resolveImages(
  inputs: readonly ImageInput[],
  findUpload: (uploadId: string) => Promise<Upload | null>,
) {
  const images: ReferenceImage[] = [];
  const missing: UserError[] = [];
  for (const [index, { url, uploadId }] of inputs.entries()) {
    if (url !== null) images.push({ url: new URL(url).href, uploadId: null });
    if (uploadId === null) continue;
    const upload = await findUpload(uploadId);
    if (upload === null) {
      missing.push({
        code: 'NOT_FOUND',
        message: 'You have no such upload. It may have expired: upload the image again.',
        reason: message('UPLOAD_NOT_FOUND', {}),
        field: ['input', 'referenceImages', String(index), 'uploadId'],
      });
    } else {
      const { mediaKey, contentType, width, height } = upload;
      images.push({ url: null, uploadId, mediaKey, contentType, width, height });
    }
  }
  return { images, missing };
}
