/** Google's own address of the API, which its responses name whatever address a request went to. */
const officialOrigin = 'https://generativelanguage.googleapis.com';

/** Where the bytes of a finished video are, by the address in its interaction. */
export type VideoAddress =
  /** A file of the API, by its name: it is read with the key. */
  | { readonly kind: 'file'; readonly fileId: string; readonly url: string }
  /** A public address, which never gets the key. */
  | { readonly kind: 'public'; readonly url: string };

/**
 * Reads the address of a video. Null for one that cannot be fetched, such as `gs://…`.
 *
 * @param baseUrl where the API is reached
 */
export function readVideoAddress(uri: string, baseUrl: string): VideoAddress | null {
  const bare = /^files\/([\w-]+)$/.exec(uri)?.[1];
  if (bare !== undefined) return { kind: 'file', fileId: bare, url: downloadUrl(baseUrl, bare) };
  const url = URL.parse(uri);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const isOwn = url.origin === new URL(baseUrl).origin || url.origin === officialOrigin;
  const fileId = /\/files\/([\w-]+)(?::download)?$/.exec(url.pathname)?.[1];
  // A key in an address would be stored and shown with it.
  url.searchParams.delete('key');
  return isOwn && fileId !== undefined
    ? { kind: 'file', fileId, url: url.href }
    : { kind: 'public', url: url.href };
}

/** The address of the state of a file. */
export const fileUrl = (baseUrl: string, fileId: string): string => `${baseUrl}/v1beta/files/${fileId}`;

/** The address of the bytes of a file. */
export const downloadUrl = (baseUrl: string, fileId: string): string =>
  `${fileUrl(baseUrl, fileId)}:download?alt=media`;
