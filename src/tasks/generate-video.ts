import type { Owner, ReferenceImage } from '../store/video-task.ts';
import { checkInput } from './check-input.ts';
import type { Commands } from './commands.ts';
import { estimateCost } from './cost.ts';
import { keepTask, repeatedTask } from './keep-task.ts';
import { hashOf, newTask } from './new-task.ts';
import { planVideo, type GenerateVideoInput, type ImageInput } from './plan.ts';
import { framePrompt } from './prompt-frames.ts';
import type { TaskResult } from './task-result.ts';
import type { UserError } from './user-error.ts';

/** Takes a new task. No provider is asked before this answers. */
export async function generateVideo(
  commands: Commands,
  owner: Owner,
  input: GenerateVideoInput,
  idempotencyKey: string | null,
): Promise<TaskResult> {
  const fields = { key: ['input', 'idempotencyKey'], model: ['input', 'model'] };
  const key =
    idempotencyKey === null ? null : { key: idempotencyKey, inputHash: hashOf({ generateVideo: input }) };
  // First: a repeated call finds its task whatever the operator changed or swept meanwhile.
  const repeated = key === null ? null : await repeatedTask(commands, owner, key, fields);
  if (repeated !== null) return repeated;
  const userErrors = checkInput(input);
  if (userErrors.length > 0) return { task: null, userErrors };
  const planned = planVideo(input, commands.providers);
  if (planned.kind === 'impossible') return { task: null, userErrors: planned.userErrors };
  const { provider, model, imagesAs, durationSeconds, resolution } = planned.plan;
  const { images, missing } = await resolveImages(commands, owner, input.referenceImages);
  if (missing.length > 0) return { task: null, userErrors: missing };
  const { label, useCase, aspectRatio, seed, providerOptions } = input;
  const task = newTask(
    {
      owner,
      provider: provider.name,
      model,
      prompt: framePrompt(commands.promptFrames, useCase, input.prompt?.trim() ?? ''),
      label,
      useCase,
      referenceImages: images,
      imagesAs,
      aspectRatio,
      durationSeconds,
      resolution,
      seed,
      providerOptions,
      cost: estimateCost(provider, model, durationSeconds, resolution),
    },
    commands.now(),
  );
  return keepTask(commands, task, key, fields);
}

/** Uploads are looked up, and are their owner's only; addresses are taken as they are. */
async function resolveImages({ store, now }: Commands, owner: Owner, inputs: readonly ImageInput[]) {
  const images: ReferenceImage[] = [];
  const missing: UserError[] = [];
  for (const [index, { url, uploadId }] of inputs.entries()) {
    if (url !== null) images.push({ url, uploadId: null });
    if (uploadId === null) continue;
    const upload = await store.useUpload(owner, uploadId, now());
    if (upload === null) {
      missing.push({
        code: 'NOT_FOUND',
        message: 'There is no such upload of yours. It may have been swept: upload the image again.',
        field: ['input', 'referenceImages', String(index), 'uploadId'],
      });
    } else {
      const { mediaKey, contentType, width, height } = upload;
      images.push({ url: null, uploadId, mediaKey, contentType, width, height });
    }
  }
  return { images, missing };
}
