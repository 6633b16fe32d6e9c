import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.ts';
import { countMutations } from './count-mutations.ts';
import { declareCommands } from './commands.ts';
import type { Context } from './context.ts';
import { declareCost } from './cost.ts';
import { declareEnums } from './enums.ts';
import { declareEstimateVideo } from './estimate-video.ts';
import { declareDraftPrompt } from './draft-prompt.ts';
import { declareGenerateVideoInput, declareReferenceImageInput } from './generate-video-input.ts';
import { declareGenerateVideo } from './generate-video.ts';
import { declarePayloads } from './payloads.ts';
import { declareProviders } from './providers.ts';
import { declareMessage } from './message.ts';
import { declareReferenceImage, declareUploadReferenceImage } from './reference-image.ts';
import { declareSpending } from './spending.ts';
import { declareTaskStatusChanged } from './task-status-changed.ts';
import { declareVideoTaskQueries } from './video-tasks.ts';
import { declareVideoTask } from './video-task.ts';
import { declareViewer } from './viewer.ts';

/** The executable schema. */
export function buildSchema(): GraphQLSchema {
  const builder = createBuilder();
  builder.queryType({
    description: 'Everything that can be read. Tasks and uploads are always the viewer’s own.',
  });
  builder.mutationType({
    description:
      'Commands on tasks and uploads. Errors that the caller can fix are returned as `userErrors`.',
  });
  const enums = declareEnums(builder);
  const ReferenceImage = declareReferenceImage(builder);
  const Cost = declareCost(builder);
  const Message = declareMessage(builder, enums);
  const VideoTask = declareVideoTask(builder, enums, ReferenceImage, Cost, Message);
  const payloads = declarePayloads(builder, enums, Message, VideoTask);
  declareVideoTaskQueries(builder, enums, VideoTask);
  const ReferenceImageInput = declareReferenceImageInput(builder);
  const Input = declareGenerateVideoInput(builder, enums, ReferenceImageInput);
  declareEstimateVideo(builder, enums, Input, Cost, payloads);
  declareProviders(builder, enums, Cost);
  declareViewer(builder, Cost);
  declareSpending(builder, enums, Cost);
  declareGenerateVideo(builder, Input, payloads);
  declareCommands(builder, enums, payloads);
  declareUploadReferenceImage(builder, ReferenceImage, payloads);
  declareDraftPrompt(builder, enums, ReferenceImageInput, payloads);
  declareTaskStatusChanged(builder, VideoTask);
  return inSlices(countMutations(builder.toSchema()));
}

/** Lets each root field of a heavy operation wait for its slice of the event loop. */
function inSlices(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) =>
        context.nextSlice === undefined
          ? resolve(source, args, context, info)
          : context.nextSlice().then(() => resolve(source, args, context, info));
    }
  }
  return schema;
}
