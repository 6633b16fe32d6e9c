import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TaskFeed } from '../../events/feed.ts';
import type { VideoProvider } from '../../providers/provider.ts';
import type { Viewer } from '../../schema/context.ts';
import { fromGlobalId, toGlobalId } from '../../schema/global-id.ts';
import { isTerminal, statusOf, type ProviderName, type VideoTask } from '../../domain/video-task.ts';
import { durationsWith, type GenerateVideoInput } from '../../domain/selection.ts';
import { isProviderTaskId } from '../../commands/track-video-task.ts';
import type { VideoTasks } from '../../commands/video-tasks.ts';
import { Deadline } from '../../time/deadline.ts';
import { readForm } from '../body/read-form.ts';
import { RequestRefusal } from '../http/refusal.ts';
import { requestUrl } from '../http/request-url.ts';
import { respondJson } from '../http/respond.ts';
import type { Traffic } from '../http/traffic.ts';
import { checkVeo31Query, readVeo31Form, type Veo31Form } from './veo31-form.ts';

/** What the seed's REST calls need. */
export interface Veo31Options {
  readonly tasks: VideoTasks;
  readonly feed: TaskFeed;
  readonly providers: readonly VideoProvider[];
  readonly mediaUrl: (key: string) => string;
  readonly traffic: Traffic;
  readonly maxBodyBytes: number;
}

/** How long a caller waits for the provider's id. */
const longestWaitMs = 30_000;
/** The seed's words for providers. */
const words: Record<ProviderName, string> = { KIE: 'kie.ai', GOOGLE: 'google', SIMULATOR: 'simulator' };

/** The seed's REST calls, with the seed's answers: its curl lines keep working. The commands are those of GraphQL. */
export class Veo31 {
  readonly #options: Veo31Options;

  constructor(options: Veo31Options) {
    this.#options = options;
  }

  /** `POST /veo31/generate-from-urls`: takes a video, and waits for the provider's id for a while. */
  async generate(request: IncomingMessage, response: ServerResponse, viewer: Viewer): Promise<void> {
    const { tasks, traffic, maxBodyBytes } = this.#options;
    const connection = traffic.of(request.socket);
    const form = await readForm(request, maxBodyBytes, connection);
    if (form instanceof RequestRefusal) {
      respondJson(response, form.status, { error: form.message }, form.headers);
      return;
    }
    const given =
      checkVeo31Query(requestUrl(request)?.searchParams ?? new URLSearchParams()) ?? readVeo31Form(form);
    if ('error' in given) {
      respondJson(response, 400, given);
      return;
    }
    const read = this.#inputOf(given);
    const tooSoon = tasks.countMutation(viewer.owner);
    const { task, userErrors } =
      tooSoon === null
        ? await tasks.generateVideo(viewer.owner, read.input, null)
        : { task: null, userErrors: [tooSoon] };
    if (task === null) {
      const isTooOften = userErrors.some(({ code }) => code === 'RATE_LIMITED');
      respondJson(response, isTooOften ? 429 : 400, {
        error: userErrors.map(({ message }) => message).join(' '),
      });
      return;
    }
    const answered = await this.#waitForProviderTask(task, viewer);
    const id = toGlobalId(task.id);
    if (answered.stage === 'FAILED') {
      const code = answered.error?.code === 'PROVIDER_FAILED' ? 502 : 422;
      respondJson(response, code, { error: answered.error?.message ?? 'It failed.', id });
      return;
    }
    if (answered.stage === 'SUBMISSION_UNKNOWN' || answered.stage === 'CANCELED') {
      respondJson(response, 502, { error: answered.hint ?? 'The provider did not take the task.', id });
      return;
    }
    const { providerTaskId } = answered;
    respondJson(response, providerTaskId === null ? 202 : 200, {
      id,
      step1_reference_images: read.input.referenceImages.map(({ url }) => url),
      step2_prompt: answered.prompt,
      step3_video_generation: {
        provider: words[answered.provider],
        status: 'submitted',
        task_id: providerTaskId,
      },
      ...(read.note !== null && { note: read.note }),
    });
  }

  /** `GET /veo31/kie-status/{task_id}` and `GET /veo31/status/{task_id}`: ours by either id, others by one live check. */
  async status(response: ServerResponse, taskId: string, viewer: Viewer, only: 'kie' | null): Promise<void> {
    const { tasks, mediaUrl } = this.#options;
    const found = await this.#find(taskId, viewer);
    if (found.kind === 'ours') {
      const { task } = found;
      const status = statusOf(task.stage);
      respondJson(response, 200, {
        provider: words[task.provider],
        task_id: task.providerTaskId ?? taskId,
        status:
          status === 'COMPLETED'
            ? 'completed'
            : isTerminal(task.stage)
              ? 'failed'
              : task.providerStatus === 'unknown'
                ? 'unknown'
                : 'processing',
        ...(task.video !== null && { video_url: mediaUrl(task.video.mediaKey) }),
        ...(status === 'FAILED' && { error: task.error?.message }),
        ...(status === 'CANCELED' && { error: 'The task was canceled.' }),
        ...(task.hint !== null && { hint: task.hint }),
      });
      return;
    }
    const provider = this.#providerFor(only);
    const about = { provider: words[provider?.name ?? 'KIE'], task_id: taskId };
    // One answer for an id that nobody has and for another owner's, which is not asked for.
    const unknown = {
      ...about,
      status: 'unknown',
      hint:
        'The provider does not know this task, or could not be asked or understood just now. ' +
        `See that the id is right and try again${provider?.name === 'KIE' ? ', or look it up at https://app.kie.ai' : ''}.`,
    };
    if (found.kind === 'foreign' || provider === undefined || !isProviderTaskId(taskId)) {
      respondJson(response, 200, unknown);
      return;
    }
    const outcome = await tasks.lookUp(viewer.owner, provider, taskId);
    switch (outcome.kind) {
      case 'processing':
        respondJson(response, 200, { ...about, status: 'processing' });
        return;
      case 'completed':
        respondJson(response, 200, { ...about, status: 'completed', video_url: outcome.url });
        return;
      case 'failed':
        respondJson(response, 200, { ...about, status: 'failed', error: outcome.error.message });
        return;
      case 'unknown':
      case 'unavailable':
        respondJson(response, 200, unknown);
        return;
      default:
        outcome satisfies never;
    }
  }

  /** The seed's calls speak to Kie; where it is a simulation, the answers say so. */
  #providerFor(only: 'kie' | null): VideoProvider | undefined {
    const { providers } = this.#options;
    return (only === 'kie' ? providers.find(({ name }) => name === 'KIE') : undefined) ?? providers[0];
  }

  async #find(
    taskId: string,
    viewer: Viewer,
  ): Promise<{ kind: 'ours'; task: VideoTask } | { kind: 'foreign' } | { kind: 'unseen' }> {
    const { tasks, providers } = this.#options;
    const ownId = fromGlobalId(taskId);
    if (ownId !== null) {
      const task = await tasks.videoTask(viewer.owner, ownId);
      return task === null ? { kind: 'foreign' } : { kind: 'ours', task };
    }
    for (const { name } of providers) {
      const task = await tasks.byProviderTask(viewer.owner, name, taskId);
      if (task !== null) return { kind: 'ours', task };
    }
    return { kind: 'unseen' };
  }

  #inputOf({ imageUrls, prefersKie, useCase, durationSeconds, aspectRatio, prompt }: Veo31Form): {
    input: GenerateVideoInput;
    note: string | null;
  } {
    const provider = this.#providerFor(prefersKie ? 'kie' : null);
    const model = provider?.models[0];
    const durations = model === undefined ? [] : durationsWith(model, imageUrls.length);
    const { duration, note } = roundUp(durationSeconds, durations);
    return {
      note,
      input: {
        prompt,
        useCase,
        label: null,
        provider: provider?.name ?? null,
        model: null,
        referenceImages: imageUrls.map((url) => ({ url, uploadId: null })),
        imagesAs: 'AUTO',
        aspectRatio,
        durationSeconds: duration,
        resolution: null,
        seed: null,
        providerOptions: null,
      },
    };
  }

  /** The state in which the provider's id is known, or there will be none; at the latest the present one. */
  async #waitForProviderTask(task: VideoTask, viewer: Viewer): Promise<VideoTask> {
    const { feed, tasks } = this.#options;
    const { promise, resolve } = Promise.withResolvers<VideoTask | null>();
    const watch = feed.watch({ owner: viewer.owner, id: task.id }, (seen) => {
      if (settled(seen)) resolve(seen);
    });
    const deadline = new Deadline(longestWaitMs, () => resolve(null));
    try {
      const present = (await tasks.videoTask(viewer.owner, task.id)) ?? task;
      if (settled(present)) return present;
      return (await promise) ?? (await tasks.videoTask(viewer.owner, task.id)) ?? task;
    } finally {
      deadline[Symbol.dispose]();
      watch[Symbol.dispose]();
    }
  }
}

/** Whether the provider has said whether it takes the task. */
const settled = (task: VideoTask): boolean =>
  task.providerTaskId !== null || task.stage === 'SUBMISSION_UNKNOWN' || isTerminal(task.stage);

/** The next duration that the model can do; the seed's users may ask for any. */
function roundUp(
  wanted: number,
  durations: readonly number[],
): { duration: number | null; note: string | null } {
  if (wanted === 0 || durations.length === 0 || durations.includes(wanted)) {
    return { duration: wanted === 0 ? null : wanted, note: null };
  }
  const duration = durations.find((possible) => possible >= wanted) ?? durations.at(-1) ?? wanted;
  return {
    duration,
    note: `The model makes videos of ${durations.join(', ')} seconds: ${wanted} became ${duration}.`,
  };
}
