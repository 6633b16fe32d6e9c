import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../schema/context.ts';
import { bearerOf, type Authentication, type Identity } from './authentication.ts';
import { answersPreflight } from './cors.ts';
import type { EventStreams } from './event-stream.ts';
import type { GraphiQLPage } from './graphiql.ts';
import { formatted, type OperationParams, type Operations } from './operations.ts';
import type { PageGuard } from './page-guard.ts';
import { parseParams } from './params.ts';
import { readBody } from './read-body.ts';
import { requestUrl } from './request-url.ts';
import { respondError, respondUnauthenticated } from './respond.ts';
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

  constructor(options: GraphQLHttpOptions) {
    this.#options = options;
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, graphiql, authentication, yoga } = this.#options;
    const { method, headers } = request;
    const accept = headers.accept?.toLowerCase() ?? '*/*';
    if (answersPreflight(guard, request, response)) return;
    const isStream = accept.includes('text/event-stream');
    if (method === 'GET' && graphiql !== null && accept.includes('text/html') && !isStream) {
      await graphiql.respond(request, response);
      return;
    }
    if ((method === 'POST' || isStream) && !guard.allowsCaller(request)) {
      respondError(
        response,
        403,
        'FORBIDDEN',
        'Pages of this origin may not call the API. Set CORS_ORIGINS if they should.',
      );
      return;
    }
    const identity = await authentication.identify(bearerOf(headers.authorization));
    if (identity === null) {
      respondUnauthenticated(response);
      return;
    }
    if (this.#isTooLarge(request)) {
      this.#refuseSize(response);
      return;
    }
    const params = await this.#readParams(request, response, isStream);
    if (response.writableEnded) return;
    if (params !== null) {
      if (isStream && (await this.#answersAsStream(request, response, params, identity))) return;
      if (method === 'POST' && (await this.#answersAsJson(response, params, identity.viewer, accept))) return;
    }
    await yoga(request, response, { viewer: identity.viewer });
  }

  /** Told before a byte is read; what does not say its size is counted as it comes. */
  #isTooLarge(request: IncomingMessage): boolean {
    return !isUpload(request) && Number(request.headers['content-length'] ?? 0) > this.#options.maxBodyBytes;
  }

  #refuseSize(response: ServerResponse): void {
    response.setHeader('connection', 'close');
    const message = `A request has at most ${this.#options.maxBodyBytes} bytes.`;
    respondError(response, 413, 'LIMIT_EXCEEDED', message);
  }

  /** The operation, where it is one in JSON or in a stream's address; null leaves the request to Yoga. */
  async #readParams(
    request: IncomingMessage,
    response: ServerResponse,
    isStream: boolean,
  ): Promise<OperationParams | null> {
    let given: unknown;
    if (request.method === 'POST' && !isUpload(request)) {
      const body = await readBody(request, this.#options.maxBodyBytes);
      if (body === null) {
        this.#refuseSize(response);
        return null;
      }
      // Yoga takes a body that was read before.
      Object.assign(request, { body });
      if (isJson(request.headers['content-type'])) given = parseJson(body.toString());
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

  /** Answers as an event stream where the client can read nothing else, or asks for a subscription. */
  async #answersAsStream(
    request: IncomingMessage,
    response: ServerResponse,
    params: OperationParams,
    identity: Identity,
  ): Promise<boolean> {
    const { eventStreams, operations } = this.#options;
    const prepared = operations.prepare(params.query);
    const type =
      prepared.kind === 'valid' ? operations.typeOf(prepared.document, params.operationName) : null;
    const readsJson = /json|\*\/\*/.test(request.headers.accept ?? '');
    if (type !== 'subscription' && readsJson) return false;
    if (type === 'mutation' && request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      respondError(response, 405, 'BAD_INPUT', 'A mutation wants POST.');
    } else {
      await eventStreams.respond(response, params, identity);
    }
    return true;
  }

  /** Answers a query or mutation that was executed; what is wrong with a request is left to Yoga to say. */
  async #answersAsJson(
    response: ServerResponse,
    params: OperationParams,
    viewer: Viewer,
    accept: string,
  ): Promise<boolean> {
    const { operations } = this.#options;
    const mediaType = jsonTypeFor(accept);
    const prepared = operations.prepare(params.query);
    if (mediaType === null || prepared.kind !== 'valid') return false;
    const type = operations.typeOf(prepared.document, params.operationName);
    if (type !== 'query' && type !== 'mutation') return false;
    const result = await operations.execute(prepared.document, params, viewer);
    // Nothing was executed, so Yoga may try again to say so.
    if (result.data === undefined) return false;
    const text = JSON.stringify(formatted(result));
    response.writeHead(200, {
      'content-type': `${mediaType}; charset=utf-8`,
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
    return true;
  }
}

/** Files have Yoga's larger limit. */
const isUpload = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('multipart/form-data') ?? false;

/** What cannot be read must not read as absent: it would ask for something else. */
const orUnreadable = (value: unknown): unknown => (value === undefined ? 'unreadable' : value);

const isJson = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType);

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
