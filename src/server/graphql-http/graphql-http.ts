import type { IncomingMessage } from 'node:http';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Entrance } from '../../graphql/entrance.ts';
import type { Executor } from '../../graphql/executor.ts';
import { typeOf, type PreparedOperation, type ValidOperation } from '../../graphql/operation.ts';
import type { OperationParams } from '../../graphql/params.ts';
import { responseOf } from '../../graphql/response.ts';
import type { MaybePromise } from '../../store/store.ts';
import type { BodyRoom } from '../body/body-room.ts';
import { readBody } from '../body/read-body.ts';
import { RequestRefusal } from '../http/refusal.ts';
import { respondError, respondRefusal, setHeaders } from '../http/respond.ts';
import type { AuthenticatedExchange } from '../http/route.ts';
import type { Traffic } from '../http/traffic.ts';
import type { EventStreams } from './event-stream.ts';
import {
  isPlainJson,
  isUpload,
  paramsOfAddress,
  paramsOfJson,
  readGraphQLRequest,
  type GraphQLRequestOptions,
} from './graphql-request.ts';
import type { createGraphQLHandler } from './yoga.ts';

/** Dependencies of GraphQL over HTTP. */
export interface GraphQLHttpOptions {
  readonly engine: GraphQLEngine;
  readonly entrance: Entrance;
  readonly executor: Executor;
  readonly yoga: ReturnType<typeof createGraphQLHandler>;
  readonly eventStreams: EventStreams;
  readonly traffic: Traffic;
  readonly bodies: BodyRoom;
  readonly requests: GraphQLRequestOptions;
}

/**
 * The lane that answers an operation.
 * - `stream`: server-sent events
 * - `direct`: plain JSON queries and mutations, answered at a fraction of the cost of Yoga
 * - `yoga`: everything else, errors of the request included
 */
type Lane =
  | { readonly kind: 'stream'; readonly operation: PreparedOperation }
  | { readonly kind: 'direct'; readonly operation: ValidOperation; readonly mediaType: string }
  | { readonly kind: 'yoga'; readonly operation: PreparedOperation };

/** GraphQL over HTTP. Each request is read, parsed and validated once; then one of three lanes answers it. */
export class GraphQLHttp {
  readonly #options: GraphQLHttpOptions;

  constructor(options: GraphQLHttpOptions) {
    this.#options = options;
  }

  /** Answers a GET or POST. */
  async respond(exchange: AuthenticatedExchange): Promise<void> {
    const { request, response, headers } = exchange;
    const { traffic, bodies, requests } = this.#options;
    const connection = traffic.of(request.socket);
    if (request.method === 'GET') {
      await this.#enter(exchange, () => paramsOfAddress(request), false);
      return;
    }
    const { owner } = exchange.identity.viewer;
    const entered =
      bodies.isSmall(request) || isUpload(request) ? null : bodies.enter(owner, request, response);
    const taken = entered instanceof Promise ? await entered : entered;
    if (taken instanceof RequestRefusal) {
      respondRefusal(response, taken, headers);
      return;
    }
    using room = taken;
    if (isPlainJson(request.headers['content-type'])) {
      const body = await readBody(request, requests.maxBodyBytes, connection);
      if (body instanceof RequestRefusal) respondRefusal(response, body, headers);
      else {
        const parse = () => {
          const params = paramsOfJson(body);
          // An event stream lasts much longer than its request.
          room?.[Symbol.dispose]();
          return params;
        };
        await this.#enter(exchange, parse, true);
      }
    } else {
      const read = await readGraphQLRequest(request, owner, connection, requests);
      if (read instanceof RequestRefusal) {
        respondRefusal(response, read, headers);
        return;
      }
      await using stack = new AsyncDisposableStack();
      for (const file of read.files) stack.use(file);
      room?.[Symbol.dispose]();
      await this.#enter(exchange, () => read.params, false);
    }
  }

  /** Answers an operation when it is its owner's turn: parsing, validation and execution take their time there. */
  #enter(
    exchange: AuthenticatedExchange,
    paramsOf: () => OperationParams | GraphQLError,
    isPlain: boolean,
  ): Promise<void> {
    const { owner } = exchange.identity.viewer;
    return this.#options.entrance.execute(owner, () => this.#answer(exchange, paramsOf(), isPlain));
  }

  #answer(
    exchange: AuthenticatedExchange,
    params: OperationParams | GraphQLError,
    isPlain: boolean,
  ): MaybePromise<void> {
    if (params instanceof GraphQLError) return this.#answerByYoga(exchange, params, null);
    const { request, response, headers, identity } = exchange;
    const { engine, eventStreams } = this.#options;
    const lane = laneOf(request, engine.prepare(params), isPlain);
    switch (lane.kind) {
      case 'stream':
        if (typeOf(lane.operation) === 'mutation' && request.method !== 'POST') {
          const message = 'A mutation must be sent by POST.';
          respondError(response, 405, 'BAD_INPUT', message, { ...headers, allow: 'POST' });
          return;
        }
        setHeaders(response, headers);
        return eventStreams.respond(response, lane.operation, identity);
      case 'direct':
        return this.#answerDirectly(exchange, lane.operation, lane.mediaType);
      case 'yoga':
        return this.#answerByYoga(exchange, lane.operation, null);
      default:
        return lane satisfies never;
    }
  }

  #answerDirectly(
    exchange: AuthenticatedExchange,
    operation: ValidOperation,
    mediaType: string,
  ): MaybePromise<void> {
    const { viewer } = exchange.identity;
    const result = this.#options.executor.execute(operation, viewer, exchange.response);
    // A result that is there is not awaited.
    if (!(result instanceof Promise)) return this.#writeDirectly(exchange, operation, mediaType, result);
    return result.then((awaited) => this.#writeDirectly(exchange, operation, mediaType, awaited));
  }

  /** Writes after the executions of the turn. Errors of the request are answered by Yoga, from the same result. */
  #writeDirectly(
    exchange: AuthenticatedExchange,
    operation: ValidOperation,
    mediaType: string,
    result: ExecutionResult,
  ): MaybePromise<void> {
    if (result.data === undefined) return this.#answerByYoga(exchange, operation, result);
    const { response, headers } = exchange;
    const json = JSON.stringify(responseOf(result));
    this.#options.entrance.write(() => {
      response.writeHead(200, {
        ...headers,
        'content-type': `${mediaType}; charset=utf-8`,
        'content-length': Buffer.byteLength(json),
      });
      response.end(json);
    });
    return undefined;
  }

  async #answerByYoga(
    { request, response, headers, identity }: AuthenticatedExchange,
    operation: PreparedOperation | GraphQLError,
    result: ExecutionResult | null,
  ): Promise<void> {
    setHeaders(response, headers);
    // The route is decided and the operation read: Yoga would look for its own path, without that of PUBLIC_URL.
    request.url = '/graphql';
    await this.#options.yoga(request, response, {
      viewer: identity.viewer,
      caller: response,
      operation,
      result,
    });
  }
}

/** The one choice between the lanes. */
function laneOf(
  { headers: { accept = '*/*' } }: IncomingMessage,
  operation: PreparedOperation,
  isPlain: boolean,
): Lane {
  const type = typeOf(operation);
  // A client that accepts JSON too gets a stream for subscriptions only.
  if (acceptsEventStream(accept) && (type === 'subscription' || !/json|\*\/\*/.test(accept))) {
    return { kind: 'stream', operation };
  }
  if (isPlain && operation.kind === 'valid' && (type === 'query' || type === 'mutation')) {
    const mediaType = jsonTypeFor(accept);
    if (mediaType !== null) return { kind: 'direct', operation, mediaType };
  }
  return { kind: 'yoga', operation };
}

/** True if an `accept` header names event streams. */
export const acceptsEventStream = (accept: string): boolean => /text\/event-stream/i.test(accept);

/** The media type that Yoga would choose: the first of the two that is named. Null for other headers. */
function jsonTypeFor(accept: string): string | null {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  const [named] = /application\/(?:graphql-response\+)?json/i.exec(accept) ?? [];
  return named?.toLowerCase() ?? null;
}
