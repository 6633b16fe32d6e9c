import type { VideoProvider } from '../../providers/provider.ts';
import { onProviderTask, onTask, type Access } from '../../schema/access.ts';
import type { Viewer } from '../../schema/context.ts';
import { fromGlobalId } from '../../domain/task-names/global-id.ts';
import { isTerminal, statusOf, type ProviderName, type VideoTask } from '../../domain/video-task.ts';
import { isProviderTaskId } from '../../commands/track-video-task.ts';
import type { VideoTasks } from '../../commands/video-tasks.ts';
import type { Entrance } from '../../graphql/entrance.ts';
import { percentDecoded } from '../body/utf8.ts';
import { respondError, respondJson } from '../http/respond.ts';
import type { AuthenticatedExchange } from '../http/route.ts';
import { providerFor, seedName } from './veo31-providers.ts';

/** Dependencies of the route. */
export interface Veo31StatusOptions {
  readonly tasks: VideoTasks;
  readonly store: Access['store'];
  readonly providers: readonly VideoProvider[];
  readonly entrance: Entrance;
  readonly mediaUrl: (key: string) => string;
}

/** The hint of a finished video that is only inside the provider's response. */
const noAddress =
  'The video has no address of its own at the provider. Follow the task with trackVideoTask: its videoUrl then plays it.';
const tooManyLookUps =
  'Too many of your calls wait for the provider already. Wait until some have been answered.';

/** A task of the viewer, a task of another owner, or an id that this server has never seen. */
type Found =
  | { readonly kind: 'own'; readonly task: VideoTask }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unseen' };

/**
 * `GET /veo31/kie-status/{task_id}` and `GET /veo31/status/{task_id}`, with the seed's response. The id may be this
 * server's or the provider's; an id that this server has never seen costs one live check.
 */
export class Veo31Status {
  readonly #options: Veo31StatusOptions;

  constructor(options: Veo31StatusOptions) {
    this.#options = options;
  }

  /** @param preferred the provider to ask about an unseen id, where it is configured */
  async respond(
    { response, rest, identity, headers, errors }: AuthenticatedExchange,
    preferred: ProviderName | null,
  ): Promise<void> {
    const { tasks, providers, entrance } = this.#options;
    const { viewer } = identity;
    const taskId = percentDecoded(rest);
    if (taskId === null) {
      respondError(response, 400, 'BAD_INPUT', 'The task id must be percent-encoded UTF-8.', headers, errors);
      return;
    }
    const { owner } = viewer;
    const found = await entrance.execute(owner, () => entrance.hold(owner, this.#find(taskId, viewer)));
    if (found.kind === 'own') {
      respondJson(response, 200, this.#stateOf(found.task, taskId));
      return;
    }
    const provider = providerFor(providers, preferred);
    const common = { provider: seedName(provider?.name ?? 'KIE'), task_id: taskId };
    // One response for an unknown id and for another owner's: the provider is not asked about the latter.
    const unknown = {
      ...common,
      status: 'unknown',
      hint:
        'The provider does not know this task, or could not be reached or understood at the moment. ' +
        `Check the id and try again${provider?.taskPage ? `, or look it up at ${provider.taskPage}` : ''}.`,
    };
    if (found.kind === 'foreign' || provider === undefined || !isProviderTaskId(taskId)) {
      respondJson(response, 200, unknown);
      return;
    }
    const outcome = await tasks.lookUp(viewer.owner, provider, taskId);
    if (outcome === null) {
      respondError(
        response,
        429,
        'LIMIT_EXCEEDED',
        tooManyLookUps,
        { ...headers, 'retry-after': '5' },
        errors,
      );
      return;
    }
    switch (outcome.kind) {
      case 'processing':
        respondJson(response, 200, { ...common, status: 'processing' });
        return;
      case 'completed': {
        const { url } = outcome.source;
        respondJson(response, 200, {
          ...common,
          status: 'completed',
          ...(url === null ? { hint: noAddress } : { video_url: url }),
        });
        return;
      }
      case 'failed':
        respondJson(response, 200, { ...common, status: 'failed', error: outcome.error.message });
        return;
      case 'unknown':
      case 'unavailable':
        respondJson(response, 200, unknown);
        return;
      default:
        outcome satisfies never;
    }
  }

  #stateOf(task: VideoTask, taskId: string) {
    const status = statusOf(task.stage);
    return {
      provider: seedName(task.provider.name),
      task_id: task.provider.taskId ?? taskId,
      status: seedStatus(task),
      ...(task.result.video !== null && { video_url: this.#options.mediaUrl(task.result.video.mediaKey) }),
      ...(status === 'FAILED' && { error: task.result.error?.message }),
      ...(status === 'CANCELED' && { error: 'The task was canceled.' }),
      ...(task.hint !== null && { hint: task.hint }),
    };
  }

  async #find(taskId: string, viewer: Viewer): Promise<Found> {
    const { tasks, providers, store } = this.#options;
    const ownId = fromGlobalId(taskId);
    if (ownId !== null) {
      const task = await onTask({ viewer, store }, ownId, (owner) => tasks.videoTask(owner, ownId));
      return task === null ? { kind: 'foreign' } : { kind: 'own', task };
    }
    for (const { name } of providers) {
      const task = await onProviderTask({ viewer, store }, name, taskId, (owner) =>
        tasks.byProviderTask(owner, name, taskId),
      );
      if (task !== null) return { kind: 'own', task };
    }
    return { kind: 'unseen' };
  }
}

function seedStatus({ stage, provider }: VideoTask): string {
  if (stage === 'COMPLETED') return 'completed';
  if (isTerminal(stage)) return 'failed';
  return provider.status === 'unknown' ? 'unknown' : 'processing';
}
