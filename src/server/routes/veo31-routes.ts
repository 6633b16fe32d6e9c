import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../auth/authentication.ts';
import { answerHeaders, respondPreflight } from '../http/cors.ts';
import { bearerOf } from '../auth/credentials.ts';
import type { PageGuard } from '../auth/page-guard.ts';
import { respondError, respondUnauthenticated, setHeaders } from '../http/respond.ts';
import { percentDecoded } from '../body/utf8.ts';
import type { Veo31 } from './veo31.ts';

/** The parts that the seed's routes are made of. */
export interface Veo31RoutesOptions {
  readonly guard: PageGuard;
  readonly authentication: Authentication;
  readonly veo31: Veo31;
}

const generatePath = '/veo31/generate-from-urls';
const foreignPage = 'Pages of this origin may not call the API. Set CORS_ORIGINS if they should.';

/** Routes of the seed's REST calls, their guards and their refusals. */
export class Veo31Routes {
  readonly #options: Veo31RoutesOptions;

  constructor(options: Veo31RoutesOptions) {
    this.#options = options;
  }

  async respond(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { guard, authentication, veo31 } = this.#options;
    const cors = answerHeaders(guard, request);
    if (request.method === 'OPTIONS') {
      respondPreflight(request, response, cors);
      return;
    }
    setHeaders(response, cors);
    // A status asks the provider with the operator's key, so pages of other sites may not ask for it either.
    const isAllowed = request.method === 'POST' ? guard.allowsCaller(request) : !guard.isCrossSite(request);
    if (!isAllowed) {
      respondError(response, 403, 'FORBIDDEN', foreignPage, {}, path);
      return;
    }
    const identity = await authentication.identify(bearerOf(request.headers.authorization));
    if ('refusal' in identity) {
      respondUnauthenticated(response, identity, {}, path);
      return;
    }
    const [, route, segment = ''] = /^\/veo31\/(kie-status|status)\/([^/]+)$/.exec(path) ?? [];
    const method = path === generatePath ? 'POST' : route === undefined ? null : 'GET';
    if (method === null) {
      respondError(response, 404, 'NOT_FOUND', 'There is nothing at this path.', {}, path);
    } else if (request.method !== method) {
      respondError(response, 405, 'BAD_INPUT', `This path takes ${method}.`, { allow: method }, path);
    } else if (method === 'POST') {
      await veo31.generate(request, response, identity.viewer);
    } else {
      const taskId = percentDecoded(segment);
      if (taskId === null) {
        respondError(response, 400, 'BAD_INPUT', 'The task id must be percent-encoded UTF-8.', {}, path);
      } else {
        await veo31.status(response, taskId, identity.viewer, route === 'kie-status' ? 'kie' : null);
      }
    }
  }
}
