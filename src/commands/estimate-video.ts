import type { Cost, Owner, ProviderName } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { refusedByLimits } from './create-task.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import { prepareVideo } from './prepare-video.ts';
import { modelNamed } from '../domain/video-model.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/** The provider, model, cost and time of a video. */
export interface VideoEstimate {
  readonly provider: ProviderName | null;
  readonly model: string | null;
  /** As it would be sent, with the frame of the use case. */
  readonly prompt: string | null;
  /** Null where no price is known. */
  readonly cost: Cost | null;
  /** From sending to the finished video; null where nothing is known. */
  readonly seconds: number | null;
  readonly userErrors: readonly UserError[];
}

/** The result that `generateVideo` would have for the same input; writes nothing and asks no provider. */
export async function estimateVideo(
  commands: Commands,
  owner: Owner,
  input: GenerateVideoInput,
  idempotencyKey: string | null,
): Promise<VideoEstimate> {
  const { providers, store } = commands;
  const prepared = await prepareVideo(commands, owner, input, idempotencyKey, (uploadId) =>
    store.getUpload(owner, uploadId),
  );
  if (prepared.kind === 'refused') {
    return {
      provider: null,
      model: null,
      prompt: null,
      cost: null,
      seconds: null,
      userErrors: prepared.userErrors,
    };
  }
  const {
    provider: { name: provider },
    spec: { model, prompt },
    cost,
  } = prepared.task;
  const { models } = providers.find(({ name }) => name === provider) ?? {};
  const known = models && modelNamed(models, model);
  const refused =
    prepared.kind === 'prepared' ? await refusedByLimits(commands, prepared.task, prepared.fields) : null;
  return {
    provider,
    model,
    prompt,
    // Also where it exceeds the budget, so that the caller sees by how much.
    cost,
    seconds: known?.typicalSeconds ?? null,
    userErrors: refused?.userErrors ?? [],
  };
}
