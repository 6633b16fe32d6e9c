import type { GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.ts';
import { declareEnums } from './enums.ts';
import { declareGenerateVideo } from './generate-video.ts';
import { declarePayloads } from './payloads.ts';
import { declareReferenceImage, declareUploadReferenceImage } from './reference-image.ts';
import { declareTaskStatusChanged } from './task-status-changed.ts';
import { declareVideoTaskQueries } from './video-tasks.ts';
import { declareVideoTask } from './video-task.ts';

/** The executable schema. */
export function buildSchema(): GraphQLSchema {
  const builder = createBuilder();
  builder.queryType({ description: 'What can be read. Everything is the viewer’s own.' });
  builder.mutationType({
    description: 'What can be done. What a caller can mend is answered as userErrors.',
  });
  const enums = declareEnums(builder);
  const ReferenceImage = declareReferenceImage(builder);
  const VideoTask = declareVideoTask(builder, enums, ReferenceImage);
  const payloads = declarePayloads(builder, enums, VideoTask);
  declareVideoTaskQueries(builder, enums, VideoTask);
  declareGenerateVideo(builder, enums, payloads);
  declareUploadReferenceImage(builder, ReferenceImage, payloads);
  declareTaskStatusChanged(builder, VideoTask);
  return builder.toSchema();
}
