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
    description: 'What a video would be made with, cost and take; or what to mend.',
    fields: (t) => ({
      provider: t.expose('provider', {
        type: enums.ProviderName,
        nullable: true,
        description: 'Who would make it.',
      }),
      model: t.exposeString('model', { nullable: true, description: 'With which model.' }),
      cost: t.expose('cost', {
        type: Cost,
        nullable: true,
        description: 'What it would cost; null where no price is known.',
      }),
      seconds: t.exposeFloat('seconds', {
        nullable: true,
        description: 'How long such videos take from sending to the end; null where nothing is known.',
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'What `generateVideo` would refuse. Empty when it would take the input.',
        resolve: ({ userErrors }) => [...userErrors],
      }),
    }),
  });
  builder.queryField('estimateVideo', (t) =>
    t.field({
      type: Estimate,
      description: 'What `generateVideo` would do with the same input. Keeps nothing and asks no provider.',
      args: { input: t.arg({ type: Input, required: true, description: 'What to make.' }) },
      resolve: (_root, { input }, { tasks, viewer }) => {
        const read = readGenerateVideoInput(input);
        return 'given' in read
          ? tasks.estimateVideo(viewer.owner, read.given, read.idempotencyKey)
          : { provider: null, model: null, cost: null, seconds: null, userErrors: read.userErrors };
      },
    }),
  );
}
