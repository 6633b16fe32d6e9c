import type { TaskFeed } from '../../events/feed.ts';
import type { VideoProvider } from '../../providers/provider.ts';
import type { Viewer } from '../../schema/context.ts';
import { toGlobalId } from '../../domain/task-names/global-id.ts';
import { isTerminal, openSpec, type VideoTask } from '../../domain/video-task.ts';
import { durationsWith, type GenerateVideoInput } from '../../domain/selection.ts';
import { BoundedCalls } from '../../commands/bounded-calls.ts';
import { generateVideo } from '../../commands/generate-video.ts';
import type { VideoTasks } from '../../commands/video-tasks.ts';
import { Deadline } from '../../time/deadline.ts';
import type { BodyRoom } from '../body/body-room.ts';
import { readForm } from '../body/read-form.ts';
import { RequestRefusal } from '../http/refusal.ts';
import { respondJson, respondRefusal } from '../http/respond.ts';
import type { AuthenticatedExchange } from '../http/route.ts';
import type { Entrance } from '../../graphql/entrance.ts';
import type { Traffic } from '../http/traffic.ts';
import { checkVeo31Query, readVeo31Form, type Veo31Form } from './veo31-form.ts';
import { providerFor, seedName } from './veo31-providers.ts';

/** Dependencies of the route. */
export interface Veo31GenerateOptions {
  readonly tasks: VideoTasks;
  readonly feed: TaskFeed;
  readonly providers: readonly VideoProvider[];
  readonly entrance: Entrance;
  readonly traffic: Traffic;
  readonly bodies: BodyRoom;
  readonly maxBodyBytes: number;
}

/** The time for which the response waits for the provider's id. */
const longestWaitMs = 30_000;
/** Calls that may wait at once. Above that, a call is answered without the provider's id. */
const waitingCalls = { perOwner: 1000, total: 4000 };

/**
 * `POST /veo31/generate-from-urls`, the seed's call with the seed's response, so that its curl lines keep working. The
 * command is `generateVideo`; the response waits for the provider's id, for at most 30 s.
 */
export class Veo31Generate {
  readonly #options: Veo31GenerateOptions;
  readonly #waiting = new BoundedCalls(waitingCalls);

  constructor(options: Veo31GenerateOptions) {
    this.#options = options;
  }

  async respond({ request, response, query, identity, errors }: AuthenticatedExchange): Promise<void> {
    const { tasks, entrance, traffic, bodies, maxBodyBytes } = this.#options;
    const { viewer } = identity;
    const taken = bodies.isSmall(request) ? null : await bodies.enter(viewer.owner, request, response);
    if (taken instanceof RequestRefusal) {
      respondRefusal(response, taken, {}, errors);
      return;
    }
    using room = taken;
    const form = await readForm(request, maxBodyBytes, traffic.of(request.socket));
    if (form instanceof RequestRefusal) {
      respondRefusal(response, form, {}, errors);
      return;
    }
    const given = checkVeo31Query(query) ?? readVeo31Form(form);
    room?.[Symbol.dispose]();
    if ('error' in given) {
      respondJson(response, 400, given);
      return;
    }
    const { input, note } = this.#inputOf(given);
    const { task, userErrors } = await entrance.execute(viewer.owner, () => {
      const tooManyCalls = tasks.countMutation(viewer.owner);
      return tooManyCalls === null
        ? tasks.write(viewer.owner, generateVideo, input, null)
        : { task: null, userErrors: [tooManyCalls] };
    });
    if (task === null) {
      const isRateLimited = userErrors.some(({ code }) => code === 'RATE_LIMITED');
      respondJson(response, isRateLimited ? 429 : 400, {
        error: userErrors.map(({ message }) => message).join(' '),
      });
      return;
    }
    const submitted =
      (await this.#waiting.run(viewer.owner, () => this.#waitForProviderTask(task, viewer))) ?? task;
    const id = toGlobalId(task.id);
    if (submitted.stage === 'FAILED') {
      const status = submitted.result.error?.code === 'PROVIDER_FAILED' ? 502 : 422;
      respondJson(response, status, { error: submitted.result.error?.message ?? 'The task failed.', id });
      return;
    }
    if (submitted.stage === 'SUBMISSION_UNKNOWN' || submitted.stage === 'CANCELED') {
      respondJson(response, 502, { error: submitted.hint ?? 'The provider did not accept the task.', id });
      return;
    }
    const providerTaskId = submitted.provider.taskId;
    respondJson(response, providerTaskId === null ? 202 : 200, {
      id,
      step1_reference_images: input.referenceImages.map(({ url }) => url),
      step2_prompt: submitted.spec.prompt,
      step3_video_generation: {
        provider: seedName(submitted.provider.name),
        status: 'submitted',
        task_id: providerTaskId,
      },
      ...(note !== null && { note }),
    });
  }

  #inputOf({ imageUrls, prefersKie, useCase, durationSeconds, aspectRatio, prompt }: Veo31Form): {
    input: GenerateVideoInput;
    note: string | null;
  } {
    const provider = providerFor(this.#options.providers, prefersKie ? 'KIE' : null);
    const model = provider?.models[0];
    const durations = model === undefined ? [] : durationsWith(model, imageUrls.length);
    const { duration, note } = roundUp(durationSeconds, durations);
    return {
      note,
      input: {
        ...openSpec,
        prompt,
        useCase,
        provider: provider?.name ?? null,
        model: null,
        referenceImages: imageUrls.map((url) => ({ url, uploadId: null })),
        aspectRatio,
        durationSeconds: duration,
      },
    };
  }

  /** The first state in which it is known whether the provider accepts the task; after the wait, the present state. */
  async #waitForProviderTask(task: VideoTask, viewer: Viewer): Promise<VideoTask> {
    const { feed, tasks } = this.#options;
    const { promise, resolve } = Promise.withResolvers<VideoTask | null>();
    const watch = feed.watch({ owner: viewer.owner, id: task.id }, (seen) => {
      if (isDecided(seen)) resolve(seen);
    });
    const deadline = new Deadline(longestWaitMs, () => resolve(null));
    try {
      const present = (await tasks.videoTask(viewer.owner, task.id)) ?? task;
      if (isDecided(present)) return present;
      return (await promise) ?? (await tasks.videoTask(viewer.owner, task.id)) ?? task;
    } finally {
      deadline[Symbol.dispose]();
      watch[Symbol.dispose]();
    }
  }
}

/** True if it is known whether the provider accepts the task. */
const isDecided = (task: VideoTask): boolean =>
  task.provider.taskId !== null || task.stage === 'SUBMISSION_UNKNOWN' || isTerminal(task.stage);

/** The next longer duration that the model can make: the seed accepts any. 0: the model's default. */
function roundUp(
  given: number,
  durations: readonly number[],
): { duration: number | null; note: string | null } {
  if (given === 0 || durations.length === 0 || durations.includes(given)) {
    return { duration: given === 0 ? null : given, note: null };
  }
  const duration = durations.find((possible) => possible >= given) ?? durations.at(-1) ?? given;
  return {
    duration,
    note: `The model makes videos of ${durations.join(', ')} seconds: ${given} became ${duration}.`,
  };
}
