import type { JsonObject, JsonValue } from '../domain/video-task.ts';
import type { GenerateVideoInput } from '../domain/selection.ts';
import type { UserError } from '../domain/user-error.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** The input of `generateVideo` and `estimateVideo`. */
export type GenerateVideoInputRef = ReturnType<typeof declareGenerateVideoInput>;

/** Declares the input. */
export function declareGenerateVideoInput(builder: Builder, enums: Enums) {
  const ReferenceImageInput = builder.inputType('ReferenceImageInput', {
    description: 'An image that the video starts from. Exactly one of these.',
    isOneOf: true,
    fields: (t) => ({
      url: t.field({ type: 'URL', description: 'A public address that the provider can fetch.' }),
      uploadId: t.id({ description: 'An image that you uploaded with `uploadReferenceImage`.' }),
    }),
  });
  return builder.inputType('GenerateVideoInput', {
    description: 'What the video shows and how it is made.',
    fields: (t) => ({
      prompt: t.string({
        description:
          'What the video shows, in any language; at most 10,000 characters. Required unless useCase is given.',
      }),
      useCase: t.field({
        type: enums.VideoUseCase,
        description: 'A ready frame: with a prompt too, the frame comes first and the prompt adds to it.',
      }),
      label: t.string({ description: 'Free text for yourself, such as a SKU; at most 200 characters.' }),
      provider: t.field({
        type: enums.ProviderName,
        description: 'Who makes it. Without it: the first configured one that can do this input.',
      }),
      model: t.string({
        description: "The provider's name of the model. Without it: the provider's default.",
      }),
      referenceImages: t.field({ type: [ReferenceImageInput], description: 'At most 3 images.' }),
      imagesAs: t.field({
        type: enums.ImageUse,
        defaultValue: 'AUTO',
        description: 'What the images are used for.',
      }),
      aspectRatio: t.field({
        type: enums.AspectRatio,
        defaultValue: 'LANDSCAPE_16_9',
        description: 'Width to height.',
      }),
      durationSeconds: t.int({ description: "Length in whole seconds. Without it: the model's default." }),
      resolution: t.field({ type: enums.Resolution, description: "Without it: the model's default." }),
      seed: t.int({ description: 'For repeatable results, where the model takes one.' }),
      providerOptions: t.field({
        type: 'JSON',
        description:
          "An object merged into the provider's own input, unknown keys included. With a monthly budget, only options that are known not to change the price are accepted.",
      }),
      idempotencyKey: t.string({
        description:
          'Any text of yours, at most 255 characters on one line: a repeated call with the same key gives the same task back.',
      }),
    }),
  });
}

/** The input as the commands take it, or what the schema cannot say is wrong with it. */
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
      provider: rest.provider ?? null,
      model: rest.model ?? null,
      referenceImages: (referenceImages ?? []).map(({ url, uploadId }) => ({
        url: url ?? null,
        uploadId: uploadId ?? null,
      })),
      imagesAs: rest.imagesAs ?? 'AUTO',
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
  message: 'providerOptions wants an object.',
  field: ['input', 'providerOptions'],
};
