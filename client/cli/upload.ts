import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { unauthorized } from './connection.ts';
import { serverCommand, type Environment } from './environment.ts';
import { exitCodes, Failure } from './failure.ts';
import { uploadImage } from './operations.ts';
import { dataOf, throwUserErrors } from './server.ts';

/** The server accepts no larger image (src/commands/upload-reference-image.ts). */
const maxImageBytes = 20 * 1024 * 1024;

/** A reference image in the input of `generateVideo`. */
export type ReferenceImage = { readonly url: string } | { readonly uploadId: string };

/** Passes URLs on, and uploads everything else as a file. All files are checked before the first is sent. */
export async function referenceImages(
  images: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): Promise<ReferenceImage[]> {
  const isUrl = (image: string) => /^https?:\/\//i.test(image);
  for (const image of images) checkScheme(image);
  const paths = images.map((image) => (isUrl(image) ? null : resolve(environment.folder, image)));
  for (const path of paths) if (path !== null) await checkImageFile(path);
  return Promise.all(
    images.map(async (image, at) => {
      const path = paths[at] ?? null;
      return path === null ? { url: image } : { uploadId: await upload(path, environment, signal) };
    }),
  );
}

/** Throws a `Failure` for a URL that the server does not take. */
export function checkScheme(image: string): void {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(image) && !/^https?:/i.test(image))
    throw badImage(image, 'An image is a file, or a URL that starts with http:// or https://');
}

/** Throws a `Failure` for a file that cannot be sent as an image, as far as its size and name tell. */
export async function checkImageFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw badImage(path, 'File not found');
  if (!found.isFile()) throw badImage(path, 'This is not a file');
  if (found.size > maxImageBytes) {
    const size = Math.ceil(found.size / 1024 / 1024);
    throw badImage(path, `The image has ${size} MB; the server takes at most 20 MB. Make it smaller`);
  }
}

/**
 * Uploads one file by graphql-multipart-request-spec, streamed from the disk.
 *
 * By undici's own fetch: the one in Node 24 goes on reading the file after the server has refused and closed, and that
 * ends the process with an uncaught `ReadableStream is already closed` (measured: 92 of 96 uploads of 3 MB).
 */
async function upload(path: string, { url, key }: Environment, signal: AbortSignal): Promise<string> {
  // Loaded only here: other commands start faster without it.
  const { fetch, FormData } = await import('undici');
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadImage.query, variables: { file: null } }));
  form.set('map', '{"0":["variables.file"]}');
  form.set('0', await openAsBlob(path), basename(path));
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    body: form,
    headers: { accept: 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
    // The key is for this server, not for another one that it redirects to.
    redirect: 'error',
    signal,
  }).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  if (response.status === 401) throw unauthorized(key);
  if (response.status === 413) throw badImage(path, 'The server does not accept a file of this size');
  const result: unknown = await response.json().catch(() => null);
  const { image, userErrors } = dataOf(result, uploadImage).uploadReferenceImage;
  throwUserErrors(userErrors.map((error) => ({ ...error, message: `${path}: ${error.message}` })));
  if (image === null) throw badImage(path, 'The server did not store this image');
  return image.uploadId;
}

function unreachable(url: string, error: unknown): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  const message = `${url}/graphql cannot be reached: ${cause || String(error)}. Is the server running (${serverCommand})?`;
  return new Failure(exitCodes.unreachable, 'UNREACHABLE', message, { cause: error });
}

const badImage = (path: string, what: string) =>
  new Failure(exitCodes.refused, 'BAD_INPUT', `${what}: ${path}`, { field: ['--image'] });
