import type { ResultOf } from 'gql.tada';
import { basePath } from '../base.ts';
import type { AccessKey } from './access-key.ts';
import { UploadMutation } from './mutations.ts';
import { textOf } from './graphql.ts';
import { authorizationOf, readAnswer, RequestError } from './request.ts';

/** What an upload tells: either the image, or why there is none. */
export type UploadAnswer = ResultOfUpload['uploadReferenceImage'];
type ResultOfUpload = ResultOf<typeof UploadMutation>;

/**
 * Sends an image as graphql-multipart-request-spec has it. XMLHttpRequest, because fetch cannot tell how much of a
 * request went out.
 *
 * @param onProgress 0 to 1, as bytes leave; not called after the end
 */
export function uploadImage(
  file: File,
  key: AccessKey,
  options: {
    readonly onProgress: (part: number) => void;
    readonly onUnauthenticated: () => void;
    readonly signal: AbortSignal;
  },
): Promise<UploadAnswer> {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query: textOf(UploadMutation), variables: { file: null } }));
  form.append('map', '{"0":["variables.file"]}');
  form.append('0', file);
  const request = new XMLHttpRequest();
  request.open('POST', `${basePath()}/graphql`);
  request.setRequestHeader('accept', 'application/json');
  for (const [name, value] of Object.entries(authorizationOf(key))) request.setRequestHeader(name, value);
  const { promise, resolve, reject } = Promise.withResolvers<UploadAnswer>();
  request.upload.addEventListener('progress', ({ loaded, total }) => options.onProgress(loaded / total));
  request.addEventListener('load', () => {
    try {
      resolve(
        readAnswer<ResultOfUpload>(request.responseText, options.onUnauthenticated).uploadReferenceImage,
      );
    } catch (error) {
      reject(error);
    }
  });
  request.addEventListener('error', () => reject(new RequestError('OFFLINE', 'The image did not arrive.')));
  request.addEventListener('abort', () => reject(new DOMException('The upload was stopped.', 'AbortError')));
  options.signal.addEventListener('abort', () => request.abort());
  request.send(form);
  return promise;
}
