import type { VideoEstimate } from '../commands/estimate-video.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';
import { readGenerateVideoInput, type GenerateVideoInputRef } from './generate-video-input.ts';
import type { Payloads } from './payloads.ts';

/** `estimateVideo`. */
export function declareEstimateVideo(
  builder: Builder,
  enums: Enums,
  Input: GenerateVideoInputRef,
  Cost: CostRef,
  { UserError }: Payloads,
): void {
  const Estimate = builder.objectRef<VideoEstimate>('VideoEstimate').implement({
    description: 'The provider, model, cost and time of a video, or the errors to fix.',
    fields: (t) => ({
      provider: t.expose('provider', {
        type: enums.ProviderName,
        nullable: true,
        description: 'The provider that would be selected.',
      }),
      model: t.exposeString('model', { nullable: true, description: 'The model that would be selected.' }),
      prompt: t.exposeString('prompt', {
        nullable: true,
        description:
          'The prompt as it would be sent, with the frame of the use case; null where it is refused.',
      }),
      cost: t.expose('cost', {
        type: Cost,
        nullable: true,
        description: 'The estimated cost; null where no price is known.',
      }),
      seconds: t.exposeFloat('seconds', {
        nullable: true,
        description: 'The typical time from submission to result, in seconds; null where it is unknown.',
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'The errors that `generateVideo` would return. Empty if it would accept the input.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  builder.queryField('estimateVideo', (t) =>
    t.field({
      type: Estimate,
      description:
        'The result that `generateVideo` would have with the same input. Stores nothing and contacts no provider.',
      args: { input: t.arg({ type: Input, required: true, description: 'The input of `generateVideo`.' }) },
      resolve: (_root, { input }, { tasks, viewer }) => {
        const read = readGenerateVideoInput(input);
        return 'given' in read
          ? tasks.estimateVideo(viewer.owner, read.given, read.idempotencyKey)
          : {
              provider: null,
              model: null,
              prompt: null,
              cost: null,
              seconds: null,
              userErrors: read.userErrors,
            };
      },
    }),
  );
}
