import type { MessageRef } from './message.ts';
import { placeholderOf } from '../media/placeholders.ts';
import type { PosterOrigin } from '../domain/poster.ts';
import type { Progress } from '../domain/progress.ts';
import {
  statusOf,
  type TaskError,
  type Transition,
  type Video,
  type VisibleTask,
} from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** The queue position is read only if the query contains it. */
interface ProgressOfTask extends Progress {
  readonly task: VisibleTask;
}

/** Declares the types of the task's parts: video, error, progress and transition. */
export function declareVideoTaskParts(builder: Builder, enums: Enums, Message: MessageRef) {
  const PosterOriginType = builder.enumType('PosterOrigin', {
    description: 'The origin of the still picture that stands for a video.',
    values: {
      PROVIDER: { description: 'The provider supplied it.' },
      FRAME: { description: 'A frame of the video, stored by `storePoster`.' },
      REFERENCE_IMAGE: { description: 'The first reference image of the task.' },
      PLACEHOLDER: { description: 'A drawing of this server, the same for all videos of that shape.' },
    } satisfies Record<PosterOrigin | 'PLACEHOLDER', object>,
  });
  return {
    Video: builder.objectRef<Video>('Video').implement({
      description: 'The finished video.',
      fields: (t) => ({
        sourceUrl: t.expose('sourceUrl', {
          type: 'URL',
          nullable: true,
          description:
            'The short-lived address at the provider, without any key (https://…, or gs://… for Google Cloud Storage); null where the provider sent the video itself.',
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
          description:
            'A still picture, served by this server: see `posterOrigin`. Null once the retention has deleted it with the video.',
          resolve: (video, _args, { mediaUrl }) =>
            video.removedAt === undefined ? mediaUrl(video.poster?.mediaKey ?? placeholderOf(video)) : null,
        }),
        posterOrigin: t.field({
          type: PosterOriginType,
          nullable: true,
          description: 'The origin of the poster; null where there is none.',
          resolve: ({ poster, removedAt }) =>
            removedAt === undefined ? (poster?.origin ?? 'PLACEHOLDER') : null,
        }),
        shareUrl: t.field({
          type: 'URL',
          nullable: true,
          description:
            'A page that shows the video to anyone who has the link, with a preview card. Null once the retention has deleted it.',
          resolve: (video, _args, { shareUrl }) =>
            video.removedAt === undefined ? shareUrl(video.mediaKey) : null,
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
          resolve: ({ archivedAt, removedAt }, _args, { mediaRetentionMs }) =>
            removedAt ??
            (archivedAt === null || mediaRetentionMs === null ? null : archivedAt + mediaRetentionMs),
        }),
        removedAt: t.field({
          type: 'DateTime',
          nullable: true,
          description:
            'The time at which the retention of this server deleted the copy: `videoUrl` is 404 since then. Null while ' +
            'the copy is stored.',
          resolve: ({ removedAt }) => removedAt ?? null,
        }),
      }),
    }),
    VideoTaskError: builder.objectRef<TaskError>('VideoTaskError').implement({
      description: 'The failure of a task.',
      fields: (t) => ({
        code: t.expose('code', { type: enums.VideoTaskErrorCode, description: 'The kind of failure.' }),
        message: t.exposeString('message', { description: 'The problem and what to do next.' }),
        reason: t.field({
          type: Message,
          nullable: true,
          description: 'The content of the message; null for a failure of version 0.2 or earlier.',
          resolve: ({ reason }) => reason ?? null,
        }),
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
        reasonMessages: t.field({
          type: [Message],
          description:
            'The content of the reason, in its order; empty without a reason, and for one of version 0.2 or earlier.',
          resolve: ({ reasonMessages }) => [...(reasonMessages ?? [])],
        }),
      }),
    }),
  };
}
