import type { MessageRef } from './message.ts';
import { statusOf, userPromptOf, type VisibleTask } from '../domain/video-task.ts';
import type { ReferenceImageRef } from './reference-image.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';
import { toGlobalId } from '../domain/task-names/global-id.ts';
import { reading } from './task-fields.ts';
import { declareVideoTaskParts } from './video-task-parts.ts';

/** The type that queries, mutations and the subscription return. */
export type VideoTaskRef = ReturnType<typeof declareVideoTask>;

/** Declares the video task. */
export function declareVideoTask(
  builder: Builder,
  enums: Enums,
  ReferenceImageType: ReferenceImageRef,
  Cost: CostRef,
  Message: MessageRef,
) {
  const VideoTaskRef = builder.objectRef<VisibleTask>('VideoTask');
  const parts = declareVideoTaskParts(builder, enums, Message);
  VideoTaskRef.implement({
    description: 'A requested video, from the request to the playable result.',
    interfaces: [builder.nodeInterfaceRef()],
    fields: (t) => ({
      // The plugin's own field is a promise within a promise, for every task of every response.
      id: t.id({
        description: 'The global id: opaque, and also accepted by `node`.',
        ...reading(['id'], ({ id }) => toGlobalId(id)),
      }),
      owner: t.string({
        description: 'The owner of the task: the viewer, or for an admin any.',
        ...reading(['owner'], ({ owner }) => owner),
      }),
      status: t.field({
        type: enums.VideoTaskStatus,
        description: 'The state of the task. COMPLETED, FAILED and CANCELED are final.',
        ...reading(['stage'], ({ stage }) => statusOf(stage)),
      }),
      stage: t.expose('stage', {
        type: enums.VideoTaskStage,
        description: 'The state of the task in detail.',
      }),
      provider: t.field({
        type: enums.ProviderName,
        description: 'The provider that generates the video.',
        ...reading(['provider.name'], ({ provider }) => provider.name),
      }),
      model: t.string({
        description: "The provider's name of the model.",
        ...reading(['spec.model'], ({ spec }) => spec.model),
      }),
      providerTaskId: t.string({
        nullable: true,
        description: "The provider's id of the task, for a lookup there.",
        // An id that a task of another owner holds is returned like any other tracked id.
        ...reading(
          ['provider.taskId', 'provider.trackedId'],
          ({ provider }) => provider.taskId ?? provider.trackedId,
        ),
      }),
      providerStatus: t.string({
        nullable: true,
        description: "The provider's own status; `unknown` if its response could not be read.",
        ...reading(['provider.status'], ({ provider }) => provider.status),
      }),
      prompt: t.string({
        description: 'The prompt as sent; empty for a tracked task whose prompt is not known.',
        ...reading(['spec.prompt'], ({ spec }) => spec.prompt),
      }),
      userPrompt: t.string({
        nullable: true,
        description:
          'The prompt as the caller wrote it, without the frame of the use case; empty where only the frame was requested. ' +
          'Null for a tracked task, and for a task with a use case of version 0.2 or earlier.',
        ...reading(['spec.prompt', 'spec.frameLength', 'spec.useCase'], ({ spec }) => userPromptOf(spec)),
      }),
      label: t.string({
        nullable: true,
        description: 'Free text of the caller, such as a SKU.',
        ...reading(['spec.label'], ({ spec }) => spec.label),
      }),
      group: t.string({
        nullable: true,
        description: 'A string of the caller that binds the variants or rows of one request.',
        ...reading(['spec.group'], ({ spec }) => spec.group),
      }),
      useCase: t.field({
        type: enums.VideoUseCase,
        nullable: true,
        description: 'The prompt frame that was applied.',
        ...reading(['spec.useCase'], ({ spec }) => spec.useCase),
      }),
      referenceImages: t.field({
        type: [ReferenceImageType],
        description: 'The images that the video starts from.',
        ...reading(['spec.referenceImages'], ({ spec }) => [...spec.referenceImages]),
      }),
      negativePrompt: t.string({
        nullable: true,
        description: 'What the video must not show.',
        ...reading(['spec.negativePrompt'], ({ spec }) => spec.negativePrompt),
      }),
      imagesAs: t.field({
        type: enums.ImageUse,
        description: 'The use of the images.',
        ...reading(['spec.imagesAs'], ({ spec }) => spec.imagesAs),
      }),
      seed: t.int({
        nullable: true,
        description: 'The number for repeatable results; null: the provider chooses one.',
        ...reading(['spec.seed'], ({ spec }) => spec.seed),
      }),
      providerOptions: t.field({
        type: 'JSON',
        nullable: true,
        description: "The object that was merged into the provider's own input.",
        ...reading(['spec.providerOptions'], ({ spec }) => spec.providerOptions),
      }),
      audio: t.boolean({
        nullable: true,
        description: 'Whether sound was requested; null: the default of the model.',
        ...reading(['spec.audio'], ({ spec }) => spec.audio),
      }),
      aspectRatio: t.field({
        type: enums.AspectRatio,
        description: 'The ratio of width to height.',
        ...reading(['spec.aspectRatio'], ({ spec }) => spec.aspectRatio),
      }),
      durationSeconds: t.int({
        nullable: true,
        description: 'The requested length in seconds; null: the default of the model.',
        ...reading(['spec.durationSeconds'], ({ spec }) => spec.durationSeconds),
      }),
      resolution: t.field({
        type: enums.Resolution,
        nullable: true,
        description: 'The requested resolution; null: the default of the model.',
        ...reading(['spec.resolution'], ({ spec }) => spec.resolution),
      }),
      videoUrl: t.field({
        type: 'URL',
        nullable: true,
        description: 'The absolute, stable URL of the video. Set if and only if the task is COMPLETED.',
        ...reading(['result.video'], ({ result: { video } }, _args, { mediaUrl }) =>
          video === null ? null : mediaUrl(video.mediaKey),
        ),
      }),
      video: t.field({
        type: parts.Video,
        nullable: true,
        description: 'The finished video. Set if and only if the task is COMPLETED.',
        ...reading(['result.video'], ({ result }) => result.video),
      }),
      error: t.field({
        type: parts.VideoTaskError,
        nullable: true,
        description: 'The reason for the failure. Set if and only if the task is FAILED.',
        ...reading(['result.error'], ({ result }) => result.error),
      }),
      progress: t.field({
        type: parts.Progress,
        description: 'The progress of the task, computed when it is queried or delivered.',
        resolve: (task, _args, { tasks }) => ({ ...tasks.progress(task), task }),
      }),
      cost: t.expose('cost', {
        type: Cost,
        nullable: true,
        description: 'The cost: an estimate at first; null where no price is known.',
      }),
      hint: t.exposeString('hint', {
        nullable: true,
        description: 'A recommended action for the user, if there is one.',
      }),
      hintMessages: t.field({
        type: [Message],
        description:
          'The content of the hint, in its order; empty without a hint, and for one of version 0.2 or earlier.',
        ...reading(['hintMessages'], ({ hintMessages }) => [...(hintMessages ?? [])]),
      }),
      createdAt: t.expose('createdAt', {
        type: 'DateTime',
        description: 'The time at which the task was created.',
      }),
      submittedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The time at which the task was sent to the provider.',
        ...reading(['provider.submittedAt'], ({ provider }) => provider.submittedAt),
      }),
      completedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The time at which the task ended, with or without a video.',
        ...reading(['result.completedAt'], ({ result }) => result.completedAt),
      }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        description: 'The time of the last change of `revision`.',
      }),
      deletedAt: t.expose('deletedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'The time of the deletion. Set in the last revision of a deleted task.',
      }),
      lastCheckedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The time of the last check with the provider.',
        ...reading(['work.lastCheckedAt'], ({ work }) => work.lastCheckedAt),
      }),
      nextCheckAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The time of the next check with the provider; null if none is scheduled.',
        ...reading(
          ['work.nextAction', 'work.dueAt', 'provider.taskId', 'provider.trackedId'],
          ({ work, provider }) =>
            work.nextAction === 'check' && (provider.taskId ?? provider.trackedId) !== null
              ? work.dueAt
              : null,
        ),
      }),
      checks: t.int({
        description: 'The number of checks with the provider.',
        ...reading(['work.checks'], ({ work }) => work.checks),
      }),
      revision: t.field({
        type: 'String',
        description:
          'The position of the last change in the order of all changes, for `after`. Revisions can be compared as ' +
          'strings. It changes with status, stage, providerTaskId, providerStatus, hint, error, video, cost, deletedAt ' +
          'or a percent reported by the provider.',
        ...reading(['revision'], ({ revision }, _args, { store }) => store.formatRevision(revision)),
      }),
      history: t.field({
        type: [parts.VideoTaskTransition],
        description: 'The transitions of the task so far, oldest first.',
        ...reading(['id'], async ({ id }, _args, { store }) => [...(await store.history(id))]),
      }),
      retryOf: t.field({
        type: VideoTaskRef,
        nullable: true,
        description: 'The task that this one retries or resubmits; null if there is none or it was deleted.',
        ...reading(['owner', 'retryOf'], ({ owner, retryOf }, _args, { tasks }) =>
          retryOf === null ? null : tasks.nestedVideoTask(owner, retryOf),
        ),
      }),
    }),
  });
  return VideoTaskRef;
}
