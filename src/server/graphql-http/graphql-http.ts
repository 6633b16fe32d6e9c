import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Viewer } from '../../schema/context.ts';
import type { MaybePromise } from '../../store/store.ts';
import type { EventStreams } from './event-stream.ts';
import type { Identity } from '../auth/identity.ts';
import { formatted, type OperationParams, type Operations } from '../../graphql/operations.ts';
import {
  isPlainJson,
  paramsOfAddress,
  paramsOfJson,
  readGraphQLRequest,
  type GraphQLRequestOptions,
} from './graphql-request.ts';
import { readBody } from '../body/read-body.ts';
import { RequestRefusal } from '../http/refusal.ts';
import { respondError, respondRefusal, setHeaders } from '../http/respond.ts';
import type { AuthenticatedExchange } from '../http/route.ts';
import type { ConnectionTraffic, Traffic } from '../http/traffic.ts';
import { TurnBatch } from './turn-batch.ts';
import type { createGraphQLHandler } from './yoga.ts';

/** Dependencies of GraphQL over HTTP. */
export interface GraphQLHttpOptions {
  readonly operations: Operations;
  readonly yoga: ReturnType<typeof createGraphQLHandler>;
  readonly eventStreams: EventStreams;
  readonly traffic: Traffic;
  readonly requests: GraphQLRequestOptions;
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

  async respond(exchange: AuthenticatedExchange): Promise<void> {
    const { request, response, headers: common, identity } = exchange;
    const { traffic, requests } = this.#options;
    const { method, headers } = request;
    const accept = headers.accept?.toLowerCase() ?? '*/*';
    const connection = traffic.of(request.socket);
    if (method === 'POST' && isPlainJson(headers['content-type'])) {
      const body = await readBody(request, requests.maxBodyBytes, connection);
      if (body instanceof RequestRefusal) respondRefusal(response, body, common);
      else
        await this.#answer(request, response, paramsOfJson(body), identity, {
          accept,
          common,
          isPlain: true,
        });
    } else {
      await this.#answerOther(request, response, identity, connection, { accept, common, isPlain: false });
    }
  }

  async #answerOther(
    request: IncomingMessage,
    response: ServerResponse,
    identity: Identity,
    connection: ConnectionTraffic | undefined,
    how: Manner,
  ): Promise<void> {
    const read =
      request.method === 'GET'
        ? { params: paramsOfAddress(request), files: [] }
        : await readGraphQLRequest(request, identity.viewer.owner, connection, this.#options.requests);
    if (read instanceof RequestRefusal) {
      respondRefusal(response, read, how.common);
      return;
    }
    await using stack = new AsyncDisposableStack();
    for (const file of read.files) stack.use(file);
    await this.#answer(request, response, read.params, identity, how);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    params: OperationParams | GraphQLError,
    identity: Identity,
    { accept, common, isPlain }: Manner,
  ): Promise<void> {
    const { viewer } = identity;
    if (!(params instanceof GraphQLError)) {
      if (
        acceptsEventStream(accept) &&
        (await this.#answersAsStream(request, response, params, identity, common))
      )
        return;
      if (isPlain) {
        const answers = () => this.#answersAsJson(response, params, viewer, accept, common);
        if (await this.#turn.execute(answers)) return;
      }
    }
    setHeaders(response, common);
    await this.#options.yoga(request, response, { viewer, operation: params });
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
      respondError(response, 405, 'BAD_INPUT', 'A mutation must be sent by POST.', {
        ...common,
        allow: 'POST',
      });
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

/** How a request is answered. */
interface Manner {
  /** In lower case. */
  readonly accept: string;
  readonly common: OutgoingHttpHeaders;
  /** Whether the fast lane may answer it. */
  readonly isPlain: boolean;
}

/** Whether an `accept` header names event streams. */
export const acceptsEventStream = (accept: string): boolean => /text\/event-stream/i.test(accept);

/** The type that Yoga would choose: the first of the two that is named. Null for odder wishes. */
function jsonTypeFor(accept: string): string | null {
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  const [named] = /application\/(?:graphql-response\+)?json/.exec(accept) ?? [];
  return named ?? null;
}
