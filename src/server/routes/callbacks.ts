import type { Logger } from 'pino';
import type { CallbackReader } from '../../providers/callbacks.ts';
import { callbackPathOf } from '../../providers/registry.ts';
import type { Store } from '../../store/store.ts';
import { loggedTask } from '../../domain/task-names/logged-task.ts';
import type { ProviderName } from '../../domain/video-task.ts';
import { wakeTask } from '../../commands/wake-task.ts';
import { readParts } from '../body/read-body.ts';
import { respondJson } from '../http/respond.ts';
import type { Exchange } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';

/** Settings of the callback route. */
export interface CallbacksOptions {
  readonly store: Store;
  readonly log: Logger;
  /** Of every provider that calls back. */
  readonly readers: ReadonlyMap<ProviderName, CallbackReader>;
  /** Called after a task was made due by a callback of its provider. */
  readonly onCallback: (provider: ProviderName) => void;
  readonly now: () => number;
  readonly traffic: Traffic;
}

/** Far above any record of a task. A longer body is not read to its end, but acted on all the same. */
const maxBodyBytes = 8 * 1024 * 1024;

/**
 * `/callbacks/{path}/{token}`: a callback makes its task due. It carries no state: the next check reads that from the
 * provider. Answers immediately, because providers wait some seconds and give up after a few tries (Kie: 15 s, three).
 */
export class Callbacks {
  readonly #options: CallbacksOptions;

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  /** @param path the provider's segment of the address: a token is known under that of its task's provider alone */
  async respond({ request, response, rest: token }: Exchange, path: string): Promise<void> {
    const { store, log, readers, now, onCallback, traffic } = this.#options;
    const task = await store.getByCallbackToken(token);
    const reader = task === null ? undefined : readers.get(task.provider.name);
    if (task === null || reader === undefined || callbackPathOf(task.provider.name) !== path) {
      respondJson(response, 404, { error: 'Unknown callback token.' });
      return;
    }
    const reading = reader.begin(request.headers);
    const refusal = await readParts(request, maxBodyBytes, traffic.of(request.socket), (part) =>
      reading.add(part),
    );
    const content = reading.end(now());
    if (content.kind === 'refused') {
      // A key or a clock of ours that is wrong refuses good ones too.
      log.warn(
        { ...loggedTask(task), stage: task.stage, ids: content.ids },
        'a callback was refused for its signature',
      );
      respondJson(response, 401, { error: content.reason }, refusal?.headers);
      return;
    }
    const { ids, providerTaskId } = content;
    // Logged before anything else is done with them: they may be the only trace of a paid task.
    log.info({ ...loggedTask(task), stage: task.stage, ids }, 'the provider called back');
    if (providerTaskId !== null && task.provider.taskId !== null && providerTaskId !== task.provider.taskId) {
      log.warn({ ...loggedTask(task), ids }, 'a callback names another id than the one of its task');
    }
    await wakeTask(store, task.id, providerTaskId, now());
    onCallback(task.provider.name);
    if (refusal === null) respondJson(response, 200, { ok: true });
    else respondJson(response, refusal.status, { error: refusal.message }, refusal.headers);
  }
}
