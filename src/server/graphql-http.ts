import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Viewer } from '../schema/context.ts';
import type { MaybePromise } from '../store/store.ts';
import type { Authentication } from './authentication.ts';
import { answerHeaders, respondPreflight } from './cors.ts';
import { bearerOf } from './credentials.ts';
import type { EventStreams } from './event-stream.ts';
import type { GraphiQLPage } from './graphiql.ts';
import type { Identity } from './identity.ts';
import { formatted, type OperationParams, type Operations } from './operations.ts';
import type { PageGuard } from './page-guard.ts';
import { parseParams } from './params.ts';
import { readBody } from './read-body.ts';
import { requestUrl } from './request-url.ts';
import { respondError, respondUnauthenticated, setHeaders } from './respond.ts';
import { TurnBatch } from './turn-batch.ts';
import type { createGraphQLHandler } from './yoga.ts';

/** Everything that answers at `/graphql` over HTTP. */
export interface GraphQLHttpOptions {
  readonly guard: PageGuard;
  readonly authentication: Authentication;
  readonly operations: Operations;
  readonly yoga: ReturnType<typeof createGraphQLHandler>;
  readonly eventStreams: EventStreams;
  /** Null where introspection is off. */
  readonly graphiql: GraphiQLPage | null;
  readonly maxBodyBytes: number;
}

/**
 * GraphQL over HTTP. Plain JSON operations that go well are answered here, at a fraction of the cost; event
 * streams have their transport; everything else, errors of the request included, is Yoga's.
 */
export class GraphQLHttp {
  readonly #options: GraphQLHttpOptions;
  readonly #turn = new TurnBatch();

  constructor(options: GraphQLHttpOptions) {
    this.#options = options;
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, graphiql, authentication, yoga, maxBodyBytes } = this.#options;
    const { method, headers } = request;
    const accept = headers.accept?.toLowerCase() ?? '*/*';
    const isStream = accept.includes('text/event-stream');
    // Written with the answer where that is at hand: set one by one, headers cost a tenth of a small request.
    const common = answerHeaders(guard, request);
    if (method === 'OPTIONS') {
      respondPreflight(request, response, common);
      return;
    }
    if (method === 'GET' && graphiql !== null && accept.includes('text/html') && !isStream) {
      setHeaders(response, common);
      await graphiql.respond(request, response);
      return;
    }
    // A GET executes too: pages of other sites cannot read the answer, but can make the server work.
    const isAllowed =
      method === 'POST' || isStream ? guard.allowsCaller(request) : !guard.isCrossSite(request);
    if (!isAllowed) {
      const message = 'Pages of this origin may not call the API. Set CORS_ORIGINS if they should.';
      respondError(response, 403, 'FORBIDDEN', message, common);
      return;
    }
    const identified = authentication.identify(bearerOf(headers.authorization));
    // Waiting for what is there already would cost as much as parsing a small request.
    const identity = identified instanceof Promise ? await identified : identified;
    if ('refusal' in identity) {
      respondUnauthenticated(response, identity, common);
      return;
    }
    let body: Buffer | null = null;
    if (!isUpload(request)) {
      // Told before a byte is read; what does not say its size is counted as it comes.
      const isTooLarge = Number(headers['content-length'] ?? 0) > maxBodyBytes;
      if (method === 'POST' && !isTooLarge) body = await readBody(request, maxBodyBytes);
      if (isTooLarge || (method === 'POST' && body === null)) {
        const message = `A request has at most ${maxBodyBytes} bytes.`;
        respondError(response, 413, 'LIMIT_EXCEEDED', message, { ...common, connection: 'close' });
        return;
      }
    }
    const params = paramsOf(request, body, isStream);
    if (params !== null && isStream) {
      if (await this.#answersAsStream(request, response, params, identity, common)) return;
    }
    if (params !== null && method === 'POST') {
      const { viewer } = identity;
      const answers = () => this.#answersAsJson(response, params, viewer, accept, common);
      if (await this.#turn.execute(answers)) return;
    }
    setHeaders(response, common);
    // Yoga takes a body that was read before.
    if (body !== null) Object.assign(request, { body });
    await yoga(request, response, { viewer: identity.viewer });
  }

  /** Answers as an event stream where the client can read nothing else, or asks for a subscription. */
  async #answersAsStream(
    request: IncomingMessage,
    response: ServerResponse,
    params: OperationParams,
    identity: Identity,
    common: OutgoingHttpHeaders,
  ): Promise<boolean> {
    const { eventStreams, operations } = this.#options;
    const prepared = operations.prepare(params.query);
    const type =
      prepared.kind === 'valid' ? operations.typeOf(prepared.document, params.operationName) : null;
    const readsJson = /json|\*\/\*/.test(request.headers.accept ?? '');
    if (type !== 'subscription' && readsJson) return false;
    if (type === 'mutation' && request.method !== 'POST') {
      respondError(response, 405, 'BAD_INPUT', 'A mutation wants POST.', { ...common, allow: 'POST' });
    } else {
      setHeaders(response, common);
      await eventStreams.respond(response, params, identity);
    }
    return true;
  }

  /** Answers a query or mutation that was executed; what is wrong with a request is left to Yoga to say. */
  #answersAsJson(
    response: ServerResponse,
    params: OperationParams,
    viewer: Viewer,
    accept: string,
    common: OutgoingHttpHeaders,
  ): MaybePromise<boolean> {
    const { operations } = this.#options;
    const mediaType = jsonTypeFor(accept);
    const prepared = operations.prepare(params.query);
    if (mediaType === null || prepared.kind !== 'valid') return false;
    const type = operations.typeOf(prepared.document, params.operationName);
    if (type !== 'query' && type !== 'mutation') return false;
    const answer = (result: ExecutionResult): boolean => {
      // Nothing was executed, so Yoga may try again to say so.
      if (result.data === undefined) return false;
      const text = JSON.stringify(formatted(result));
      this.#turn.write(() => {
        response.writeHead(200, {
          ...common,
          'content-type': `${mediaType}; charset=utf-8`,
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      });
      return true;
    };
    const result = operations.execute(prepared.document, params, viewer);
    return result instanceof Promise ? result.then(answer) : answer(result);
  }
}

/** Files have Yoga's larger limit. */
const isUpload = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('multipart/form-data') ?? false;

/** The operation, where it is one in JSON or in a stream's address; null leaves the request to Yoga. */
function paramsOf(request: IncomingMessage, body: Buffer | null, isStream: boolean): OperationParams | null {
  let given: unknown;
  if (body !== null && isJson(request.headers['content-type'])) {
    given = parseJson(body.toString());
  } else if (request.method === 'GET' && isStream) {
    const query = requestUrl(request)?.searchParams;
    const variables = query?.get('variables') ?? null;
    given = {
      query: query?.get('query'),
      operationName: query?.get('operationName'),
      variables: variables === null ? null : orUnreadable(parseJson(variables)),
    };
  }
  const params = parseParams(given);
  return params instanceof GraphQLError ? null : params;
}

/** What cannot be read must not read as absent: it would ask for something else. */
const orUnreadable = (value: unknown): unknown => (value === undefined ? 'unreadable' : value);

const isJson = (contentType: string | undefined): boolean =>
  contentType === 'application/json' ||
  (contentType !== undefined && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType));

/** The type that Yoga would choose: the first of the two that is named. Null for odder wishes. */
function jsonTypeFor(accept: string): string | null {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  const [named] = /application\/(?:graphql-response\+)?json/.exec(accept) ?? [];
  return named ?? null;
}

/** Undefined is what nobody takes for parameters. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
