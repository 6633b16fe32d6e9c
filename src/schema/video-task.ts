import {
  statusOf,
  type TaskError,
  type Transition,
  type Video,
  type VideoTask,
} from '../domain/video-task.ts';
import type { ReferenceImageRef } from './reference-image.ts';
import type { Progress } from '../domain/progress.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';
import { toGlobalId } from './global-id.ts';
import { reading } from './task-fields.ts';

/** The type that queries, mutations and the subscription answer with. */
export type VideoTaskRef = ReturnType<typeof declareVideoTask>;

/** Declares the video task and its parts. */
export function declareVideoTask(
  builder: Builder,
  enums: Enums,
  ReferenceImageType: ReferenceImageRef,
  Cost: CostRef,
) {
  const VideoTaskRef = builder.objectRef<VideoTask>('VideoTask');
  const parts = declareParts(builder, enums);
  VideoTaskRef.implement({
    description: 'One video asked for: from the request to the playable result.',
    interfaces: [builder.nodeInterfaceRef()],
    fields: (t) => ({
      // The plugin's own field for it is a promise within a promise, for every task in every answer.
      id: t.id({
        description: 'Opaque and global: `node` takes it too.',
        ...reading(['id'], ({ id }) => toGlobalId(id)),
      }),
      status: t.field({
        type: enums.VideoTaskStatus,
        description: 'How the task stands. COMPLETED, FAILED and CANCELED are ends.',
        ...reading(['stage'], ({ stage }) => statusOf(stage)),
      }),
      stage: t.expose('stage', { type: enums.VideoTaskStage, description: 'How the task stands, exactly.' }),
      provider: t.expose('provider', { type: enums.ProviderName, description: 'Who makes the video.' }),
      model: t.exposeString('model', { description: "The provider's name of the model." }),
      providerTaskId: t.string({
        nullable: true,
        description: "The provider's own id of the task: good for looking it up there.",
        // An id that another owner's task holds is told back as any other that was asked for.
        ...reading(
          ['providerTaskId', 'trackedId'],
          ({ providerTaskId, trackedId }) => providerTaskId ?? trackedId,
        ),
      }),
      providerStatus: t.exposeString('providerStatus', {
        nullable: true,
        description: "The provider's own word for the state; `unknown` when its answer could not be read.",
      }),
      prompt: t.exposeString('prompt', {
        description: 'The prompt as sent; empty for a tracked task whose prompt is not known.',
      }),
      label: t.exposeString('label', {
        nullable: true,
        description: 'Free text of the caller, such as a SKU.',
      }),
      useCase: t.expose('useCase', {
        type: enums.VideoUseCase,
        nullable: true,
        description: 'The frame that the prompt was put into.',
      }),
      referenceImages: t.field({
        type: [ReferenceImageType],
        description: 'The images that the video starts from.',
        ...reading(['referenceImages'], ({ referenceImages }) => [...referenceImages]),
      }),
      aspectRatio: t.expose('aspectRatio', { type: enums.AspectRatio, description: 'Width to height.' }),
      durationSeconds: t.exposeInt('durationSeconds', {
        nullable: true,
        description: 'Length as asked for, in seconds.',
      }),
      resolution: t.expose('resolution', {
        type: enums.Resolution,
        nullable: true,
        description: 'Resolution as asked for.',
      }),
      videoUrl: t.field({
        type: 'URL',
        nullable: true,
        description: 'Where the video plays: absolute and stable. Set if and only if the task is COMPLETED.',
        ...reading(['video'], ({ video }, _args, { mediaUrl }) =>
          video === null ? null : mediaUrl(video.mediaKey),
        ),
      }),
      video: t.expose('video', {
        type: parts.Video,
        nullable: true,
        description: 'The finished video. Set if and only if the task is COMPLETED.',
      }),
      error: t.expose('error', {
        type: parts.VideoTaskError,
        nullable: true,
        description: 'Why there is no video. Set if and only if the task is FAILED.',
      }),
      progress: t.field({
        type: parts.Progress,
        description: 'How far the task is, as of now.',
        resolve: (task, _args, { tasks }) => ({ ...tasks.progress(task), task }),
      }),
      cost: t.expose('cost', {
        type: Cost,
        nullable: true,
        description: 'What it costs: our estimate at first; null where no price is known.',
      }),
      hint: t.exposeString('hint', { nullable: true, description: 'What a person can do now, if anything.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the task was taken.' }),
      submittedAt: t.expose('submittedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it was sent to the provider.',
      }),
      completedAt: t.expose('completedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it ended, whichever way.',
      }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When `revision` last moved.' }),
      deletedAt: t.expose('deletedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Set in the last revision of a deleted task.',
      }),
      lastCheckedAt: t.expose('lastCheckedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the provider was last asked.',
      }),
      nextCheckAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the provider is asked next.',
        ...reading(
          ['nextAction', 'providerTaskId', 'trackedId', 'dueAt'],
          ({ nextAction, providerTaskId, trackedId, dueAt }) =>
            nextAction === 'check' && (providerTaskId ?? trackedId) !== null ? dueAt : null,
        ),
      }),
      checks: t.exposeInt('checks', { description: 'How often the provider was asked.' }),
      revision: t.field({
        type: 'String',
        description:
          'Place of the last change in the order of all changes. Compares as text; `after` takes it. Moves when status, ' +
          'stage, providerTaskId, providerStatus, hint, error, video, cost, deletedAt or a reported percent changes.',
        ...reading(['revision'], ({ revision }, _args, { store }) => store.formatRevision(revision)),
      }),
      history: t.field({
        type: [parts.VideoTaskTransition],
        description: 'The steps of the task so far, oldest first.',
        ...reading(['id'], async ({ id }, _args, { store }) => [...(await store.history(id))]),
      }),
      retryOf: t.field({
        type: VideoTaskRef,
        nullable: true,
        description: 'The task that this one retries or resubmits; null too once that one is deleted.',
        ...reading(['owner', 'retryOf'], ({ owner, retryOf }, _args, { tasks }) =>
          retryOf === null ? null : tasks.nestedVideoTask(owner, retryOf),
        ),
      }),
    }),
  });
  return VideoTaskRef;
}

/** The position in the queue is read only for those who ask for it. */
interface ProgressOfTask extends Progress {
  readonly task: VideoTask;
}

function declareParts(builder: Builder, enums: Enums) {
  return {
    Video: builder.objectRef<Video>('Video').implement({
      description: 'The finished video.',
      fields: (t) => ({
        sourceUrl: t.expose('sourceUrl', {
          type: 'URL',
          nullable: true,
          description: "The provider's own, short-lived link.",
        }),
        contentType: t.exposeString('contentType', {
          nullable: true,
          description: 'By content, such as video/mp4.',
        }),
        bytes: t.exposeFloat('bytes', { nullable: true, description: 'Size of our copy.' }),
        sha256: t.exposeString('sha256', { nullable: true, description: 'Hash of our copy, in hex.' }),
        width: t.exposeInt('width', {
          nullable: true,
          description: 'In pixels, read from our copy; null where it could not be read.',
        }),
        height: t.exposeInt('height', {
          nullable: true,
          description: 'In pixels, read from our copy; null where it could not be read.',
        }),
        durationSeconds: t.exposeFloat('durationSeconds', {
          nullable: true,
          description: 'How long it plays, read from our copy; null where it could not be read.',
        }),
        posterUrl: t.field({
          type: 'URL',
          nullable: true,
          description: 'A still picture of it, at this server. Null: none is made yet.',
          resolve: () => null,
        }),
        archivedAt: t.expose('archivedAt', {
          type: 'DateTime',
          nullable: true,
          description: 'When our copy was whole.',
        }),
        archiveError: t.string({
          nullable: true,
          description:
            'Why there is no copy of ours. Null: there is one, since a task completes with its copy.',
          resolve: () => null,
        }),
        expiresAt: t.field({
          type: 'DateTime',
          nullable: true,
          description: 'Until when our copy is kept. Null: until the task is deleted.',
          resolve: () => null,
        }),
      }),
    }),
    VideoTaskError: builder.objectRef<TaskError>('VideoTaskError').implement({
      description: 'Why a task failed.',
      fields: (t) => ({
        code: t.expose('code', { type: enums.VideoTaskErrorCode, description: 'The kind of failure.' }),
        message: t.exposeString('message', { description: 'What happened and what to do next.' }),
        providerCode: t.exposeString('providerCode', {
          nullable: true,
          description: "The provider's own code.",
        }),
        retryable: t.exposeBoolean('retryable', {
          description: 'Whether the same input may succeed another time.',
        }),
        billed: t.expose('billed', { type: enums.Billed, description: 'Whether it costs money.' }),
      }),
    }),
    Progress: builder.objectRef<ProgressOfTask>('Progress').implement({
      description: 'How far a task is.',
      fields: (t) => ({
        percent: t.exposeInt('percent', { description: '0 to 100. Never falls; 100 only when COMPLETED.' }),
        estimated: t.exposeBoolean('estimated', {
          description: 'True while the percent follows from time alone, false when the provider reported it.',
        }),
        elapsedSeconds: t.exposeFloat('elapsedSeconds', { description: 'Since the task was taken.' }),
        remainingSeconds: t.exposeFloat('remainingSeconds', {
          nullable: true,
          description: 'A guess from how long such videos take; null when there is none.',
        }),
        queuePosition: t.int({
          nullable: true,
          description: 'How many tasks are sent before this one; null once it was sent.',
          resolve: ({ task }, _args, { store }) =>
            task.stage === 'WAITING' ? store.queuePosition(task) : null,
        }),
      }),
    }),
    VideoTaskTransition: builder.objectRef<Transition>('VideoTaskTransition').implement({
      description: "One step of a task's life.",
      fields: (t) => ({
        status: t.field({
          type: enums.VideoTaskStatus,
          description: 'The status from then on.',
          resolve: ({ stage }) => statusOf(stage),
        }),
        stage: t.expose('stage', { type: enums.VideoTaskStage, description: 'The stage from then on.' }),
        at: t.expose('at', { type: 'DateTime', description: 'When.' }),
        reason: t.exposeString('reason', { nullable: true, description: 'Why, where there is more to say.' }),
      }),
    }),
  };
}
