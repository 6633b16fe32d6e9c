import type { Builder } from './builder.ts';
import { readGenerateVideoInput, type GenerateVideoInputRef } from './generate-video-input.ts';
import type { Payloads } from './payloads.ts';

/** `generateVideo`. */
export function declareGenerateVideo(
  builder: Builder,
  Input: GenerateVideoInputRef,
  { VideoTaskPayload }: Payloads,
): void {
  builder.mutationField('generateVideo', (t) =>
    t.field({
      type: VideoTaskPayload,
      description:
        'Takes a new video. Answers as soon as the task is durable, before any provider is asked: ' +
        'watch it with `taskStatusChanged`.',
      args: { input: t.arg({ type: Input, required: true, description: 'What to make.' }) },
      resolve: (_root, { input }, { tasks, viewer }) => {
        const read = readGenerateVideoInput(input);
        return 'given' in read
          ? tasks.generateVideo(viewer.owner, read.given, read.idempotencyKey)
          : { task: null, userErrors: read.userErrors };
      },
    }),
  );
}
