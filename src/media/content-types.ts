/** The kinds of files that the media store keeps, by the ending of their keys. */
const byExtension: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/x-m4v',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  '3gp': 'video/3gpp',
  '3g2': 'video/3gpp2',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};

/** The media type of a stored file, from the ending of its key. */
export const contentTypeOf = (key: string): string =>
  byExtension[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
