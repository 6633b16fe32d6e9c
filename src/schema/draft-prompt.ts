import type { DraftPromptResult } from '../commands/draft-prompt.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import type { ReferenceImageInputRef } from './generate-video-input.ts';
import type { Payloads } from './payloads.ts';

/** `draftPrompt`. */
export function declareDraftPrompt(
  builder: Builder,
  enums: Enums,
  ReferenceImageInput: ReferenceImageInputRef,
  { UserError }: Payloads,
): void {
  const Input = builder.inputType('DraftPromptInput', {
    description: 'The material that a prompt is drafted from.',
    fields: (t) => ({
      referenceImages: t.field({
        type: [ReferenceImageInput],
        required: true,
        description: 'The images of the video: 1 to 10, at most 60 MB together.',
      }),
      useCase: t.field({
        type: enums.VideoUseCase,
        description: 'The use case of the video, if it will have one: the draft adds to its frame.',
      }),
      notes: t.string({
        description: 'Own words about the video, in any language; at most 10,000 characters.',
      }),
    }),
  });
  const Payload = builder.objectRef<DraftPromptResult>('DraftPromptPayload').implement({
    description: 'The draft, or the errors to fix.',
    fields: (t) => ({
      prompt: t.exposeString('prompt', {
        nullable: true,
        description:
          'A prompt for `generateVideo`, to be read and edited first; null if there are `userErrors`.',
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Empty on success.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  builder.mutationField('draftPrompt', (t) =>
    t.field({
      type: Payload,
      description:
        'Drafts a prompt from images with a language model of the Gemini API (GEMINI_API_KEY). The images and notes are sent ' +
        'to Google; nothing is stored and no video is made. Costs a fraction of a cent. Responds within a minute; ' +
        '`viewer.canDraftPrompt` reports whether it is available.',
      args: { input: t.arg({ type: Input, required: true, description: 'The material.' }) },
      resolve: (_root, { input }, { tasks, viewer }) =>
        tasks.draftPrompt(viewer.owner, {
          referenceImages: input.referenceImages.map(({ url, uploadId }) => ({
            url: url ?? null,
            uploadId: uploadId ?? null,
          })),
          useCase: input.useCase ?? null,
          notes: input.notes ?? null,
        }),
    }),
  );
}
