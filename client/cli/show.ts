import { exitCodes, Failure, type ExitCode } from './failure.ts';
import { clock, columns, describeFailure, describeStage, money, oneLine } from './format.ts';
import { aspectRatios, nameOf, namesOf, resolutions } from './names.ts';
import { openInBrowser } from './open.ts';
import { showTask, type TaskDetails } from './operations.ts';
import type { Session } from './session.ts';

/** Options of `show`. */
export interface ShowOptions {
  readonly open?: true | undefined;
}

/** Prints all facts of a task; with `open`, opens its video. Throws a `Failure` where there is no such task, or no video to open. */
export async function show(session: Session, id: string, { open }: ShowOptions): Promise<ExitCode> {
  const { server, output, environment } = session;
  const { videoTask: task } = await server.request(showTask, { id });
  if (task === null)
    throw new Failure(
      exitCodes.refused,
      'NOT_FOUND',
      'There is no task with this id. "list" shows those of yours.',
    );
  output.result({ type: 'task', task }, null);
  output.print(columns([...factsOf(task), ['page', `${environment.url}/tasks/${task.id}`]]));
  output.print(
    `history\n${columns(task.history.map(({ at, stage, reason }) => [`  ${at}`, stage, oneLine(reason ?? '', Infinity)]))}`,
  );
  if (open !== true) return exitCodes.done;
  if (task.videoUrl === null || isDeleted(task)) {
    throw new Failure(exitCodes.refused, 'NO_VIDEO', 'The task has no video to open.', { field: ['--open'] });
  }
  await openInBrowser(task.videoUrl, output);
  return exitCodes.done;
}

const isDeleted = ({ video }: TaskDetails): boolean => (video?.removedAt ?? null) !== null;

/** A name and a value for each fact that is known. */
const factsOf = (task: TaskDetails): string[][] =>
  Object.entries({
    id: task.id,
    status: `${task.status} (${describeStage(task)}, ${task.progress.percent} %)`,
    hint: task.hint,
    error: task.error && describeFailure(task),
    'provider code': task.error?.providerCode,
    cost: task.cost && `${money(task.cost)}${task.cost.settled ? '' : ' (estimated)'}`,
    credits: task.cost?.credits,
    prompt: task.prompt,
    'your prompt': task.userPrompt === task.prompt ? null : task.userPrompt,
    'use case': task.useCase && nameOf(task.useCase),
    label: task.label,
    group: task.group,
    provider: task.provider.toLowerCase(),
    model: task.model,
    aspect: namesOf(aspectRatios, [task.aspectRatio])[0],
    duration: task.durationSeconds && `${task.durationSeconds} s`,
    resolution: task.resolution && namesOf(resolutions, [task.resolution])[0],
    audio: task.audio,
    'negative prompt': task.negativePrompt,
    seed: task.seed,
    images: task.referenceImages.map(({ url }) => url).join(' '),
    'images as': task.referenceImages.length > 0 ? nameOf(task.imagesAs) : null,
    'provider options': (task.providerOptions ?? null) === null ? null : JSON.stringify(task.providerOptions),
    'provider task': task.providerTaskId,
    'provider status': task.providerStatus,
    checks: task.checks,
    'next check': task.nextCheckAt,
    'retry of': task.retryOf?.id,
    created: task.createdAt,
    sent: task.submittedAt,
    ended: task.completedAt,
    took: task.completedAt && clock((Date.parse(task.completedAt) - Date.parse(task.createdAt)) / 1000),
    video: isDeleted(task)
      ? `deleted by the retention of the server on ${task.video?.removedAt}`
      : task.videoUrl,
    'video file': task.video && fileOf(task.video),
    sha256: task.video?.sha256,
    'kept until': task.video?.expiresAt,
    'share page': task.video?.shareUrl,
    poster: task.video?.posterUrl,
  }).flatMap(([name, value]) => {
    const text = oneLine(String(value ?? ''), Infinity);
    return text === '' ? [] : [[name, text]];
  });

const fileOf = ({ contentType, bytes, width, height, durationSeconds }: NonNullable<TaskDetails['video']>) =>
  [
    contentType,
    bytes !== null && `${bytes} bytes`,
    width !== null && height !== null && `${width}×${height}`,
    durationSeconds !== null && `${durationSeconds} s`,
  ]
    .filter((fact) => fact !== null && fact !== false)
    .join(', ');
