import type { Logger } from 'pino';
import { respondJson } from '../http/respond.ts';
import type { Exchange } from '../http/route.ts';

/** `/healthz`: answers for as long as the process can answer at all. */
export function respondHealthy({ response }: Exchange): void {
  respondJson(response, 200, { status: 'ok' });
}

/** `/readyz`: 200 while the server can do its work, otherwise 503. */
export class Readiness {
  readonly #check: () => Promise<void>;
  readonly #log: Logger;

  /** @param check rejects with the reason while the server cannot do its work */
  constructor(check: () => Promise<void>, log: Logger) {
    this.#check = check;
    this.#log = log;
  }

  async respond({ response }: Exchange): Promise<void> {
    try {
      await this.#check();
      respondJson(response, 200, { status: 'ready' });
    } catch (error) {
      this.#log.warn({ err: error }, 'the server is not ready');
      respondJson(response, 503, { status: 'not ready' });
    }
  }
}
