import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { CallbackBody, isSignedCallback } from '../../providers/kie/callback.ts';
import type { Store } from '../../store/store.ts';
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
  /** Null: callbacks are not signed, and their token alone proves them. */
  readonly hmacKey: string | null;
  /** Called after a task was made due by a callback of its provider. */
  readonly onCallback: (provider: ProviderName) => void;
  readonly now: () => number;
  readonly traffic: Traffic;
}

/** Far above any record of a task. A longer body is not read to its end, but acted on all the same. */
const maxBodyBytes = 8 * 1024 * 1024;

/**
 * `/callbacks/kie/{token}`: a callback makes its task due. It carries no state: Kie's signature does not cover the
 * body, so the state is read from the provider. Answers immediately, because Kie waits 15 s and gives up after three
 * tries.
 */
export class Callbacks {
  readonly #options: CallbacksOptions;

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  async respond({ request, response, rest: token }: Exchange): Promise<void> {
    const { store, log, hmacKey, now, onCallback, traffic } = this.#options;
    const task = await store.getByCallbackToken(token);
    if (task === null) {
      respondJson(response, 404, { error: 'Unknown callback token.' });
      return;
    }
    const body = new CallbackBody();
    const refusal = await readParts(request, maxBodyBytes, traffic.of(request.socket), (part) =>
      body.add(part),
    );
    const ids = body.ids();
    let [named = null] = ids;
    if (hmacKey !== null) {
      const signature = {
        timestamp: headerOf(request, 'x-webhook-timestamp'),
        signature: headerOf(request, 'x-webhook-signature'),
      };
      named = ids.find((id) => isSignedCallback(hmacKey, id, signature, now())) ?? null;
      if (named === null) {
        // A key or a clock of ours that is wrong refuses good ones too.
        log.warn({ task: task.id, stage: task.stage, ids }, 'a callback was refused for its signature');
        respondJson(
          response,
          401,
          { error: 'The signature is missing, expired or wrong.' },
          refusal?.headers,
        );
        return;
      }
    }
    // Logged before anything else is done with them: they may be the only trace of a paid task.
    log.info({ task: task.id, stage: task.stage, ids }, 'the provider called back');
    if (named !== null && task.providerTaskId !== null && named !== task.providerTaskId) {
      log.warn({ task: task.id, ids }, 'a callback names another id than the one of its task');
    }
    await wakeTask(store, task.id, named, now());
    onCallback(task.provider);
    if (refusal === null) respondJson(response, 200, { ok: true });
    else respondJson(response, refusal.status, { error: refusal.message }, refusal.headers);
  }
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
