import {
  statusOf,
  type TaskError,
  type Transition,
  type Video,
  type VisibleTask,
} from '../domain/video-task.ts';
import type { ReferenceImageRef } from './reference-image.ts';
import type { Progress } from '../domain/progress.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';
import { toGlobalId } from './global-id.ts';
import { reading } from './task-fields.ts';

/** The type that queries, mutations and the subscription return. */
export type VideoTaskRef = ReturnType<typeof declareVideoTask>;

/** Declares the video task and its parts. */
export function declareVideoTask(
  builder: Builder,
  enums: Enums,
  ReferenceImageType: ReferenceImageRef,
  Cost: CostRef,
) {
  const VideoTaskRef = builder.objectRef<VisibleTask>('VideoTask');
  const parts = declareParts(builder, enums);
  VideoTaskRef.implement({
    description: 'A requested video, from the request to the playable result.',
    interfaces: [builder.nodeInterfaceRef()],
    fields: (t) => ({
      // The plugin's own field is a promise within a promise, for every task of every response.
      id: t.id({
        description: 'The global id: opaque, and also accepted by `node`.',
        ...reading(['id'], ({ id }) => toGlobalId(id)),
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
      label: t.string({
        nullable: true,
        description: 'Free text of the caller, such as a SKU.',
        ...reading(['spec.label'], ({ spec }) => spec.label),
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

/** The queue position is read only if the query contains it. */
interface ProgressOfTask extends Progress {
  readonly task: VisibleTask;
}

function declareParts(builder: Builder, enums: Enums) {
  return {
    Video: builder.objectRef<Video>('Video').implement({
      description: 'The finished video.',
      fields: (t) => ({
        sourceUrl: t.expose('sourceUrl', {
          type: 'URL',
          nullable: true,
          description: 'The short-lived link of the provider.',
        }),
        contentType: t.exposeString('contentType', {
          nullable: true,
          description: 'The media type, detected from the content, such as video/mp4.',
        }),
        bytes: t.exposeFloat('bytes', { nullable: true, description: 'The size of the stored copy.' }),
        sha256: t.exposeString('sha256', {
          nullable: true,
          description: 'The SHA-256 hash of the stored copy, in hexadecimal.',
        }),
        width: t.exposeInt('width', {
          nullable: true,
          description: 'The width in pixels, read from the stored copy; null if it could not be read.',
        }),
        height: t.exposeInt('height', {
          nullable: true,
          description: 'The height in pixels, read from the stored copy; null if it could not be read.',
        }),
        durationSeconds: t.exposeFloat('durationSeconds', {
          nullable: true,
          description: 'The length, read from the stored copy; null if it could not be read.',
        }),
        posterUrl: t.field({
          type: 'URL',
          nullable: true,
          description: 'A still picture, served by this server. Always null in this version.',
          resolve: () => null,
        }),
        archivedAt: t.expose('archivedAt', {
          type: 'DateTime',
          nullable: true,
          description: 'The time at which the stored copy was complete.',
        }),
        archiveError: t.string({
          nullable: true,
          description:
            'The reason why there is no stored copy. Always null: a task completes together with its copy.',
          resolve: () => null,
        }),
        expiresAt: t.field({
          type: 'DateTime',
          nullable: true,
          description: 'The time until which the copy is stored; null: until the task is deleted.',
          resolve: () => null,
        }),
      }),
    }),
    VideoTaskError: builder.objectRef<TaskError>('VideoTaskError').implement({
      description: 'The failure of a task.',
      fields: (t) => ({
        code: t.expose('code', { type: enums.VideoTaskErrorCode, description: 'The kind of failure.' }),
        message: t.exposeString('message', { description: 'The problem and what to do next.' }),
        providerCode: t.exposeString('providerCode', {
          nullable: true,
          description: 'The error code of the provider.',
        }),
        retryable: t.exposeBoolean('retryable', {
          description: 'Whether the same input may succeed in another attempt.',
        }),
        billed: t.expose('billed', {
          type: enums.Billed,
          description: 'Whether the provider charges for the task.',
        }),
      }),
    }),
    Progress: builder.objectRef<ProgressOfTask>('Progress').implement({
      description: 'The progress of a task.',
      fields: (t) => ({
        percent: t.exposeInt('percent', {
          description: 'From 0 to 100. Never decreases; 100 only if the task is COMPLETED.',
        }),
        estimated: t.exposeBoolean('estimated', {
          description:
            'True if the percent is computed from the elapsed time, false if the provider reported it.',
        }),
        elapsedSeconds: t.exposeFloat('elapsedSeconds', {
          description: 'The time since the task was created.',
        }),
        remainingSeconds: t.exposeFloat('remainingSeconds', {
          nullable: true,
          description: 'An estimate from the typical time of such videos; null where there is none.',
        }),
        queuePosition: t.int({
          nullable: true,
          description: 'The number of tasks that are sent before this one; null once it was sent.',
          resolve: ({ task }, _args, { store }) =>
            task.stage === 'WAITING' ? store.queuePosition(task) : null,
        }),
      }),
    }),
    VideoTaskTransition: builder.objectRef<Transition>('VideoTaskTransition').implement({
      description: 'A change of the stage of a task.',
      fields: (t) => ({
        status: t.field({
          type: enums.VideoTaskStatus,
          description: 'The status after the transition.',
          resolve: ({ stage }) => statusOf(stage),
        }),
        stage: t.expose('stage', {
          type: enums.VideoTaskStage,
          description: 'The stage after the transition.',
        }),
        at: t.expose('at', { type: 'DateTime', description: 'The time of the transition.' }),
        reason: t.exposeString('reason', { nullable: true, description: 'The reason, where there is one.' }),
      }),
    }),
  };
}
