import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ReceivedFile } from '../../media/storage/media-store.ts';
import type { Owner } from '../../domain/video-task.ts';
import { isUtf8Charset, readContentType } from '../body/content-type.ts';
import { readUpload, type UploadOptions } from './graphql-upload.ts';
import type { OperationParams } from '../../graphql/params.ts';
import { badRequest, parseJson, parseParams, parseTextParams } from '../../graphql/params.ts';
import { readBody } from '../body/read-body.ts';
import { notUtf8, RequestRefusal, unsupportedType } from '../http/refusal.ts';
import type { ConnectionTraffic } from '../http/watched-connection.ts';
import { urlEncodedPairs, utf8Text } from '../body/utf8.ts';

/** The operation of a request, or the error of the request. */
export interface GraphQLRequest {
  readonly params: OperationParams | GraphQLError;
  /** The files of the request; the caller disposes of them after the response. */
  readonly files: readonly ReceivedFile[];
}

/** Settings of the reading of requests. */
export interface GraphQLRequestOptions extends UploadOptions {
  readonly maxBodyBytes: number;
}

/** True if a body is plain JSON, for which there is a faster lane. */
export const isPlainJson = (contentType: string | undefined): boolean =>
  contentType === 'application/json' ||
  (contentType !== undefined && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType));

/** True if a body is an upload: those have slots of their own. */
export const isUpload = ({ headers }: IncomingMessage): boolean =>
  readContentType(headers['content-type']).essence === 'multipart/form-data';

/** The operation of a JSON body. */
export function paramsOfJson(body: Buffer): OperationParams | GraphQLError {
  const text = utf8Text(body);
  if (text === null) return badRequest(notUtf8);
  const parsed = parseJson(text);
  return parsed === undefined ? badRequest('The request body must be JSON.') : parseParams(parsed);
}

/** The operation of a URL. */
export function paramsOfAddress({ url = '' }: IncomingMessage): OperationParams | GraphQLError {
  const at = url.indexOf('?');
  // Node returns one character for each byte.
  const pairs = urlEncodedPairs(at === -1 ? '' : url.slice(at + 1).replace(/#.*$/s, ''));
  return pairs === null ? badRequest('The URL must be percent-encoded UTF-8.') : parseTextParams(pairs);
}

/** Reads a body of any supported type. */
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
  // Bytes that are not UTF-8 are refused as such, regardless of the charset that the sender gives.
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
