import type { IncomingMessage } from 'node:http';
import type { ReceivedFile } from '../../media/storage/media-store.ts';
import type { Owner } from '../../domain/video-task.ts';
import type { GraphQLRequest } from './graphql-request.ts';
import { readMultipart, type MultipartForm } from '../body/multipart.ts';
import { badRequest, parseJson, parseParams } from '../../graphql/params.ts';
import { RequestRefusal } from '../http/refusal.ts';
import type { ConnectionTraffic } from '../http/watched-connection.ts';
import type { UploadSlots } from '../body/upload-slots.ts';

/** Settings of the reception of uploads. */
export interface UploadOptions {
  /** Of the whole request. */
  readonly maxUploadBytes: number;
  /** Of its text fields. */
  readonly maxBodyBytes: number;
  readonly slots: UploadSlots;
  /** Writes a file to the disk as it arrives. */
  readonly receive: (content: AsyncIterable<Uint8Array>) => Promise<ReceivedFile>;
}

/** Deeper than any variable that holds a file. */
const maxPathLength = 20;
const retryAfterSeconds = '5';

/**
 * Reads a request of graphql-multipart-request-spec, its parts in any order. Files are whatever the map names, with a
 * file name or without.
 */
export async function readUpload(
  request: IncomingMessage,
  owner: Owner,
  traffic: ConnectionTraffic | undefined,
  { maxUploadBytes, maxBodyBytes, slots, receive }: UploadOptions,
): Promise<GraphQLRequest | RequestRefusal> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  request.once('close', leave);
  using slot = await slots.enter(owner, gone.signal);
  request.off('close', leave);
  if (slot === null) {
    const message = 'Too many of your uploads are waiting already. Send this one again later.';
    return new RequestRefusal(429, 'LIMIT_EXCEEDED', message, { 'retry-after': retryAfterSeconds });
  }
  const form = await readMultipart(request, {
    maxBytes: maxUploadBytes,
    maxTextBytes: maxBodyBytes,
    isText: (name) => name === 'operations' || name === 'map',
    receive,
    discard: (file) => file[Symbol.asyncDispose](),
    traffic,
  });
  return form instanceof RequestRefusal
    ? form
    : { params: paramsOf(form), files: form.files.map(({ file }) => file) };
}

function paramsOf({ texts, files }: MultipartForm<ReceivedFile>): GraphQLRequest['params'] {
  const names = [...texts, ...files].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return badRequest(`The form field "${twice}" was sent twice: send it once.`);
  const textOf = (wanted: string) => texts.find(({ name }) => name === wanted)?.text;
  const operationsText = textOf('operations');
  if (operationsText === undefined) return badRequest('The form must have a field "operations".');
  const operations = parseJson(operationsText);
  const mapText = textOf('map') ?? '';
  const map = mapText === '' ? {} : parseJson(mapText);
  if (!isRecord(operations)) {
    return badRequest('The form field "operations" must be one JSON object; batches are not supported.');
  }
  if (!isRecord(map)) return badRequest('The form field "map" must be a JSON object.');
  for (const [name, paths] of Object.entries(map)) {
    const file = files.find((part) => part.name === name)?.file;
    if (file === undefined) return badRequest(`The map has a part "${name}" that the form does not have.`);
    if (!Array.isArray(paths))
      return badRequest(`The value of "${name}" in the map must be a list of paths.`);
    for (const path of paths as unknown[]) {
      if (typeof path !== 'string' || !put(operations, path, file)) {
        return badRequest(
          `The paths of "${name}" in the map must be like "variables.file" and lead to null values.`,
        );
      }
    }
  }
  return parseParams(operations);
}

/** Places a file at a path of the operations' own properties. False if the path does not exist. */
function put(operations: Record<string, unknown>, path: string, file: ReceivedFile): boolean {
  const [root, ...keys] = path.split('.');
  const last = keys.pop();
  if (root !== 'variables' || last === undefined || keys.length > maxPathLength) return false;
  operations[root] ??= {};
  let parent: unknown = operations[root];
  for (const key of keys) {
    parent = isContainer(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
  }
  if (!isContainer(parent) || (Array.isArray(parent) && !Object.hasOwn(parent, last))) return false;
  if (Object.hasOwn(parent, last) && parent[last] !== null) return false;
  Object.defineProperty(parent, last, { value: file, enumerable: true, configurable: true, writable: true });
  return true;
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  isContainer(value) && !Array.isArray(value);
