import { z } from 'zod';
import { taskFields, taskShape } from './task.ts';

/** A GraphQL operation and the shape of its data. */
export interface Operation<T> {
  readonly query: string;
  readonly shape: z.ZodType<T>;
}

const operation = <T>(query: string, shape: z.ZodType<T>): Operation<T> => ({ query, shape });

const userErrorShape = z.object({
  code: z.string(),
  message: z.string(),
  field: z.array(z.string()).nullable(),
});
const userErrors = 'userErrors { code message field }';

/** A refusal that the caller can act on. */
export type UserError = z.infer<typeof userErrorShape>;

const payloadShape = z.object({
  payload: z.object({ task: taskShape.nullable(), userErrors: z.array(userErrorShape) }),
});

/** A mutation that returns a task. The alias gives all of them one shape. */
const command = (head: string, call: string) =>
  operation(`mutation ${head} { payload: ${call} { task { ${taskFields} } ${userErrors} } }`, payloadShape);

/** Mutations of a task. Each returns the task, or user errors. */
export const commands = {
  generate: command('Generate($input: GenerateVideoInput!)', 'generateVideo(input: $input)'),
  track: command('Track($input: TrackVideoTaskInput!)', 'trackVideoTask(input: $input)'),
  cancel: command('Cancel($id: ID!)', 'cancelVideoTask(id: $id)'),
  retry: command('Retry($id: ID!, $key: String)', 'retryVideoTask(id: $id, idempotencyKey: $key)'),
  resolve: command(
    'Resolve($id: ID!, $resolution: SubmissionResolution!)',
    'resolveSubmission(id: $id, resolution: $resolution)',
  ),
} as const;

/** Deletes an ended task. */
export const deleteTask = operation(
  `mutation Delete($id: ID!) { deleteVideoTask(id: $id) { deletedId ${userErrors} } }`,
  z.object({
    deleteVideoTask: z.object({ deletedId: z.string().nullable(), userErrors: z.array(userErrorShape) }),
  }),
);

/** Follows one task to its end. */
export const watchTask = operation(
  `subscription Watch($id: ID!, $after: String) { taskStatusChanged(id: $id, after: $after) { ${taskFields} } }`,
  z.object({ taskStatusChanged: taskShape }),
);

/** Reads the present state of one task. */
export const readTask = operation(
  `query Task($id: ID!) { videoTask(id: $id) { ${taskFields} } }`,
  z.object({ videoTask: taskShape.nullable() }),
);

const detailsShape = taskShape.extend({
  userPrompt: z.string().nullable(),
  useCase: z.string().nullable(),
  group: z.string().nullable(),
  audio: z.boolean().nullable(),
  negativePrompt: z.string().nullable(),
  seed: z.number().nullable(),
  imagesAs: z.string(),
  referenceImages: z.array(z.object({ url: z.string(), uploadId: z.string().nullable() })),
  providerOptions: z.unknown(),
  checks: z.number(),
  lastCheckedAt: z.string().nullable(),
  nextCheckAt: z.string().nullable(),
  video: z
    .object({
      contentType: z.string().nullable(),
      bytes: z.number().nullable(),
      sha256: z.string().nullable(),
      width: z.number().nullable(),
      height: z.number().nullable(),
      durationSeconds: z.number().nullable(),
      posterUrl: z.string().nullable(),
      shareUrl: z.string().nullable(),
      sourceUrl: z.string().nullable(),
      expiresAt: z.string().nullable(),
      removedAt: z.string().nullable(),
    })
    .nullable(),
  history: z.array(
    z.object({ at: z.string(), status: z.string(), stage: z.string(), reason: z.string().nullable() }),
  ),
});

/** All that the server knows of one task. */
export type TaskDetails = z.infer<typeof detailsShape>;

/** Reads all facts of one task. */
export const showTask = operation(
  `query Show($id: ID!) {
    videoTask(id: $id) {
      ${taskFields} userPrompt useCase group audio negativePrompt seed imagesAs referenceImages { url uploadId }
      providerOptions checks lastCheckedAt nextCheckAt history { at status stage reason }
      video { width height durationSeconds posterUrl shareUrl sourceUrl expiresAt removedAt }
    }
  }`,
  z.object({ videoTask: detailsShape.nullable() }),
);

const pageShape = z.object({
  edges: z.array(z.object({ node: taskShape })),
  pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
});

/** A page of tasks. */
export type Page = z.infer<typeof pageShape>;

/** Reads a page of tasks, newest first. */
export const listTasks = operation(
  `query List($first: Int!, $after: String, $filter: VideoTaskFilter) {
    videoTasks(first: $first, after: $after, filter: $filter) {
      edges { node { ${taskFields} } }
      pageInfo { endCursor hasNextPage }
    }
  }`,
  z.object({ videoTasks: pageShape }),
);

const videoPageShape = z.object({
  edges: z.array(
    z.object({
      node: taskShape.pick({ id: true, videoUrl: true }).extend({
        video: detailsShape.shape.video
          .unwrap()
          .pick({ bytes: true, sha256: true, removedAt: true })
          .nullable(),
      }),
    }),
  ),
  pageInfo: pageShape.shape.pageInfo,
});

/** A page of finished videos. */
export type VideoPage = z.infer<typeof videoPageShape>;

/** Reads a page of finished videos, newest first. */
export const listVideos = operation(
  `query Videos($first: Int!, $after: String, $filter: VideoTaskFilter) {
    videoTasks(first: $first, after: $after, filter: $filter) {
      edges { node { id videoUrl video { bytes sha256 removedAt } } }
      pageInfo { endCursor hasNextPage }
    }
  }`,
  z.object({ videoTasks: videoPageShape }),
);

const costShape = z.object({ amount: z.number(), currency: z.string() });

/** The model, cost and time of an input. */
export const estimate = operation(
  `query Estimate($input: GenerateVideoInput!) {
    estimateVideo(input: $input) { provider model cost { amount currency } seconds ${userErrors} }
  }`,
  z.object({
    estimateVideo: z.object({
      provider: z.string().nullable(),
      model: z.string().nullable(),
      cost: costShape.nullable(),
      seconds: z.number().nullable(),
      userErrors: z.array(userErrorShape),
    }),
  }),
);

const providerShape = z.object({
  name: z.string(),
  label: z.string(),
  configured: z.boolean(),
  health: z.string(),
  credits: z.number().nullable(),
  models: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      maker: z.string(),
      aspectRatios: z.array(z.string()),
      durations: z.array(z.number()),
      resolutions: z.array(z.string()),
      imageUseLimits: z.array(z.object({ use: z.string(), min: z.number(), max: z.number() })),
      requiresImages: z.boolean(),
      audio: z.string(),
      acceptsNegativePrompt: z.boolean(),
      acceptsSeed: z.boolean(),
      maxPromptLength: z.number().nullable(),
      maxReferenceImages: z.number(),
      price: costShape.nullable(),
      successRate: z.number().nullable(),
      successor: z.string().nullable(),
      retiredAt: z.string().nullable(),
      typicalSeconds: z.number().nullable(),
    }),
  ),
});

/** A provider of videos. */
export type Provider = z.infer<typeof providerShape>;

/** Providers of this server and their models. */
export const listProviders = operation(
  `query Providers {
    providers {
      name label configured health credits
      models {
        id label maker aspectRatios durations resolutions imageUseLimits { use min max } requiresImages audio
        acceptsNegativePrompt acceptsSeed maxPromptLength maxReferenceImages price { amount currency } typicalSeconds
        successRate successor retiredAt
      }
    }
  }`,
  z.object({ providers: z.array(providerShape) }),
);

/** Uploads an image, as a multipart request. */
export const uploadImage = operation(
  `mutation Upload($file: File!) { uploadReferenceImage(file: $file) { image { uploadId url } ${userErrors} } }`,
  z.object({
    uploadReferenceImage: z.object({
      image: z.object({ uploadId: z.string(), url: z.string() }).nullable(),
      userErrors: z.array(userErrorShape),
    }),
  }),
);
