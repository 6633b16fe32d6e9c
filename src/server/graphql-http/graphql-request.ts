import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ReceivedFile } from '../../media/media-files.ts';
import type { Owner } from '../../domain/video-task.ts';
import { isUtf8Charset, readContentType } from '../body/content-type.ts';
import { readUpload, type UploadOptions } from './graphql-upload.ts';
import type { OperationParams } from '../../graphql/params.ts';
import { badRequest, parseJson, parseParams, parseTextParams } from '../../graphql/params.ts';
import { readBody } from '../body/read-body.ts';
import { notUtf8, RequestRefusal, unsupportedType } from '../http/refusal.ts';
import type { ConnectionTraffic } from '../http/traffic.ts';
import { urlEncodedPairs, utf8Text } from '../body/utf8.ts';

/** An operation as a request carries it, or what is wrong with it. */
export interface GraphQLRequest {
  readonly params: OperationParams | GraphQLError;
  /** What came with it; the caller disposes of them after the answer. */
  readonly files: readonly ReceivedFile[];
}

/** How requests are read. */
export interface GraphQLRequestOptions extends UploadOptions {
  readonly maxBodyBytes: number;
}

/** Whether a body is JSON of the plainest kind, which a lane of its own answers. */
export const isPlainJson = (contentType: string | undefined): boolean =>
  contentType === 'application/json' ||
  (contentType !== undefined && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType));

/** The operation of a JSON body. */
export function paramsOfJson(body: Buffer): OperationParams | GraphQLError {
  const text = utf8Text(body);
  if (text === null) return badRequest(notUtf8);
  const parsed = parseJson(text);
  return parsed === undefined ? badRequest('The request body must be JSON.') : parseParams(parsed);
}

/** The operation of an address. */
export function paramsOfAddress({ url = '' }: IncomingMessage): OperationParams | GraphQLError {
  const at = url.indexOf('?');
  // Node hands out one character for each byte.
  const pairs = urlEncodedPairs(at === -1 ? '' : url.slice(at + 1).replace(/#.*$/s, ''));
  return pairs === null ? badRequest('The address must be percent-encoded UTF-8.') : parseTextParams(pairs);
}

/** Reads a body of any type that GraphQL comes in. */
export async function readGraphQLRequest(
  request: IncomingMessage,
  owner: Owner,
  traffic: ConnectionTraffic | undefined,
  options: GraphQLRequestOptions,
): Promise<GraphQLRequest | RequestRefusal> {
  const { essence, charset } = readContentType(request.headers['content-type']);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return unsupportedType('The request body must be sent without content-encoding.');
  }
  if (essence === 'multipart/form-data') return readUpload(request, owner, traffic, options);
  const parse = parsers.get(essence);
  if (parse === undefined) {
    return unsupportedType(
      `The content-type must be one of ${[...parsers.keys(), 'multipart/form-data'].join(', ')}.`,
    );
  }
  const body = await readBody(request, options.maxBodyBytes, traffic);
  if (body instanceof RequestRefusal) return body;
  const params = parse(body);
  // First what is worse: bytes that are no text are refused as such, whatever their sender calls them.
  return params instanceof GraphQLError || isUtf8Charset(charset)
    ? { params, files: [] }
    : unsupportedType('The charset of the content-type must be utf-8.');
}

const parsers = new Map<string, (body: Buffer) => OperationParams | GraphQLError>([
  ['application/json', paramsOfJson],
  ['application/graphql+json', paramsOfJson],
  [
    'application/graphql',
    (body) => {
      const query = utf8Text(body);
      return query === null ? badRequest(notUtf8) : parseParams({ query });
    },
  ],
  [
    'application/x-www-form-urlencoded',
    (body) => {
      const pairs = urlEncodedPairs(body.toString('latin1'));
      return pairs === null ? badRequest(notUtf8) : parseTextParams(pairs);
    },
  ],
]);
