import type { JsonObject, JsonValue } from '../domain/video-task.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';
import { message } from '../domain/messages.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** An image as an input names it. */
export type ReferenceImageInputRef = ReturnType<typeof declareReferenceImageInput>;

/** Declares the input of one image. */
export const declareReferenceImageInput = (builder: Builder) =>
  builder.inputType('ReferenceImageInput', {
    description: 'A reference image. Exactly one field must be given.',
    isOneOf: true,
    fields: (t) => ({
      url: t.field({ type: 'URL', description: 'A public URL that the provider can fetch.' }),
      uploadId: t.id({ description: 'The id of an image uploaded with `uploadReferenceImage`.' }),
    }),
  });

/** The input of `generateVideo` and `estimateVideo`. */
export type GenerateVideoInputRef = ReturnType<typeof declareGenerateVideoInput>;

/** Declares the input. */
export function declareGenerateVideoInput(
  builder: Builder,
  enums: Enums,
  ReferenceImageInput: ReferenceImageInputRef,
) {
  return builder.inputType('GenerateVideoInput', {
    description: 'The content of a video and how it is generated.',
    fields: (t) => ({
      prompt: t.string({
        description:
          'The content of the video, in any language; at most 10,000 characters. Required unless `useCase` is given.',
      }),
      useCase: t.field({
        type: enums.VideoUseCase,
        description: 'A ready prompt frame. If a prompt is given too, it is appended to the frame.',
      }),
      label: t.string({ description: 'Free text of the caller, such as a SKU; at most 200 characters.' }),
      group: t.string({
        description:
          'A string of the caller that binds the variants or rows of one request, for lists and feeds; at most 64 characters.',
      }),
      provider: t.field({
        type: enums.ProviderName,
        description: 'The provider. Default: the first configured one that supports this input.',
      }),
      model: t.string({
        description: "The provider's name of the model. Default: the default model of the provider.",
      }),
      referenceImages: t.field({
        type: [ReferenceImageInput],
        description: 'Images that the video starts from; as many as the model accepts for their use.',
      }),
      imagesAs: t.field({
        type: enums.ImageUse,
        defaultValue: 'AUTO',
        description: 'The use of the images.',
      }),
      negativePrompt: t.string({
        description: 'What the video must not show, for models that accept it; at most 10,000 characters.',
      }),
      audio: t.boolean({
        description: "Whether the video has sound. Default: the model's. See `VideoModel.audio`.",
      }),
      aspectRatio: t.field({
        type: enums.AspectRatio,
        defaultValue: 'LANDSCAPE_16_9',
        description: 'The ratio of width to height.',
      }),
      durationSeconds: t.int({ description: 'The length in whole seconds. Default: that of the model.' }),
      resolution: t.field({
        type: enums.Resolution,
        description: 'The resolution. Default: that of the model.',
      }),
      seed: t.int({ description: 'A number for repeatable results, where the model supports one.' }),
      providerOptions: t.field({
        type: 'JSON',
        description:
          "An object that is merged into the provider's own input, unknown keys included. With a monthly budget, only options that are known not to change the price are accepted.",
      }),
      idempotencyKey: t.string({
        description:
          'Any string of at most 255 characters on one line. A repeated call with the same key returns the same task.',
      }),
    }),
  });
}

/** The input as the commands accept it, or the errors that the schema itself cannot express. */
export function readGenerateVideoInput(
  input: GenerateVideoInputRef['$inferInput'],
):
  | { readonly given: GenerateVideoInput; readonly idempotencyKey: string | null }
  | { readonly userErrors: UserError[] } {
  const { providerOptions, idempotencyKey, referenceImages, ...rest } = input;
  if (!isOptions(providerOptions)) return { userErrors: [notAnObject] };
  return {
    idempotencyKey: idempotencyKey ?? null,
    given: {
      prompt: rest.prompt ?? null,
      useCase: rest.useCase ?? null,
      label: rest.label ?? null,
      group: rest.group ?? null,
      provider: rest.provider ?? null,
      model: rest.model ?? null,
      referenceImages: (referenceImages ?? []).map(({ url, uploadId }) => ({
        url: url ?? null,
        uploadId: uploadId ?? null,
      })),
      imagesAs: rest.imagesAs ?? 'AUTO',
      negativePrompt: rest.negativePrompt ?? null,
      audio: rest.audio ?? null,
      aspectRatio: rest.aspectRatio ?? 'LANDSCAPE_16_9',
      durationSeconds: rest.durationSeconds ?? null,
      resolution: rest.resolution ?? null,
      seed: rest.seed ?? null,
      providerOptions: providerOptions ?? null,
    },
  };
}

const isOptions = (value: JsonValue | null | undefined): value is JsonObject | null | undefined =>
  value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value));

const notAnObject: UserError = {
  code: 'BAD_INPUT',
  message: 'providerOptions must be a JSON object.',
  reason: message('OPTIONS_NOT_AN_OBJECT', {}),
  field: ['input', 'providerOptions'],
};
