import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSignedCallback, taskIdOfCallback } from '../providers/kie/callback.ts';
import type { Store } from '../store/store.ts';
import type { ProviderName } from '../store/video-task.ts';
import { wakeTask } from '../tasks/wake.ts';
import { readBody } from './read-body.ts';
import { RequestRefusal } from './refusal.ts';
import { respondJson } from './respond.ts';
import type { Traffic } from './traffic.ts';

/** Settings of the callback route. */
export interface CallbacksOptions {
  readonly store: Store;
  /** Null: callbacks come unsigned, and their token is all that they need. */
  readonly hmacKey: string | null;
  /** Tells the worker that a task is due, and that this provider calls. */
  readonly onCallback: (provider: ProviderName) => void;
  readonly now: () => number;
  readonly traffic: Traffic;
}

/** A record of a task with its prompt is a few KB; Kie's own answers are capped at this too. */
const maxBodyBytes = 64 * 1024;

/**
 * Takes callbacks of providers. They carry no state: Kie's signature does not cover the body, and what a body
 * says is looked up at the provider. Answers at once, because Kie waits 15 s and gives up after three tries.
 */
export class Callbacks {
  readonly #options: CallbacksOptions;

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  async respond(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
    const { store, hmacKey, now, onCallback, traffic } = this.#options;
    const task = await store.getByCallbackToken(token);
    if (task === null) {
      respondJson(response, 404, { error: 'There is no such callback.' });
      return;
    }
    const body = await readBody(request, maxBodyBytes, traffic.of(request.socket));
    if (body instanceof RequestRefusal) {
      respondJson(response, body.status, { error: body.message }, body.headers);
      return;
    }
    const named = taskIdOfCallback(parseJson(body.toString()));
    if (hmacKey !== null) {
      const signature = {
        timestamp: headerOf(request, 'x-webhook-timestamp'),
        signature: headerOf(request, 'x-webhook-signature'),
      };
      if (named === null || !isSignedCallback(hmacKey, named, signature, now())) {
        respondJson(response, 401, { error: 'The signature is missing, old or wrong.' });
        return;
      }
    }
    await wakeTask(store, task.id, named, now());
    onCallback(task.provider);
    respondJson(response, 200, { ok: true });
  }
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
