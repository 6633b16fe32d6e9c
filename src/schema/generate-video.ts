import { generateVideo } from '../commands/generate-video.ts';
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
        'Creates a task for a new video. Responds as soon as the task is durable, before any provider is contacted: ' +
        'follow it with `taskStatusChanged`.',
      args: { input: t.arg({ type: Input, required: true, description: 'The video to generate.' }) },
      resolve: (_root, { input }, { tasks, viewer }) => {
        const read = readGenerateVideoInput(input);
        return 'given' in read
          ? tasks.write(viewer.owner, generateVideo, read.given, read.idempotencyKey)
          : { task: null, userErrors: read.userErrors };
      },
    }),
  );
}
