import type { ResultOf } from 'gql.tada';
import { basePath } from '../base.ts';
import type { AccessKey } from './access-key.ts';
import { UploadMutation } from './mutations.ts';
import { queryOf } from './graphql.ts';
import { authorizationOf, readResponse, RequestError } from './request.ts';

/** The result of an upload: the image, or user errors. */
export type UploadResult = ResultOfUpload['uploadReferenceImage'];
type ResultOfUpload = ResultOf<typeof UploadMutation>;

/**
 * Sends an image as graphql-multipart-request-spec has it. XMLHttpRequest, because fetch does not
 * report how much of a request was sent.
 *
 * @param onProgress called with 0 to 1 as bytes are sent; not after the end
 */
export function uploadImage(
  file: File,
  key: AccessKey,
  options: {
    readonly onProgress: (part: number) => void;
    readonly onUnauthenticated: () => void;
    readonly signal: AbortSignal;
  },
): Promise<UploadResult> {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query: queryOf(UploadMutation), variables: { file: null } }));
  form.append('map', '{"0":["variables.file"]}');
  form.append('0', file);
  const request = new XMLHttpRequest();
  request.open('POST', `${basePath()}/graphql`);
  request.setRequestHeader('accept', 'application/json');
  for (const [name, value] of Object.entries(authorizationOf(key))) request.setRequestHeader(name, value);
  const { promise, resolve, reject } = Promise.withResolvers<UploadResult>();
  request.upload.addEventListener('progress', ({ loaded, total }) => options.onProgress(loaded / total));
  request.addEventListener('load', () => {
    try {
      resolve(
        readResponse<ResultOfUpload>(request.responseText, options.onUnauthenticated).uploadReferenceImage,
      );
    } catch (error) {
      reject(error);
    }
  });
  request.addEventListener('error', () => reject(new RequestError('OFFLINE', 'The upload failed.')));
  request.addEventListener('abort', () => reject(new DOMException('The upload was aborted.', 'AbortError')));
  options.signal.addEventListener('abort', () => request.abort());
  request.send(form);
  return promise;
}
