import { userPromptOf, type VideoTask } from '../domain/video-task.ts';

/** The longest beginning of a name, in characters: file systems take 255 bytes, and a letter may have four. */
const maxTitleLength = 50;

/** The words of the caller about a video: its label, or its own prompt, or the model. */
export const titleOf = ({ spec }: Pick<VideoTask, 'spec'>): string =>
  [spec.label, userPromptOf(spec), spec.prompt, spec.model].find((text) => text?.trim()) ?? 'video';

/**
 * The name of a downloaded file of a task, such as `SKU-12_2026-11-28.mp4`: label or prompt, as far as file systems take
 * it, and the UTC day of its end.
 *
 * @param extension as in the media key, without a dot
 */
export function fileNameOf(
  task: Pick<VideoTask, 'spec' | 'createdAt' | 'result'>,
  extension: string,
): string {
  const day = new Date(task.result.completedAt ?? task.createdAt).toISOString().slice(0, 10);
  return `${asFileName(titleOf(task))}_${day}.${extension}`;
}

/** A text without what Windows, macOS or a shell cannot take in a name. */
function asFileName(text: string): string {
  const safe = text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|]+/gu, ' ')
    .trim();
  const short = Array.from(safe).slice(0, maxTitleLength).join('').trim();
  return short.replaceAll(/^[.\s-]+|[.\s]+$/g, '').replaceAll(' ', '-') || 'video';
}

/** A name that is not among those taken: a number comes before the extension. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  // Most file systems do not tell letters from capitals.
  if (!taken.has(name.toLowerCase())) return name;
  const dot = name.lastIndexOf('.');
  for (let number = 2; ; number += 1) {
    const next = `${name.slice(0, dot)}_${number}${name.slice(dot)}`;
    if (!taken.has(next.toLowerCase())) return next;
  }
}

/** The header that gives a download its name, in any script (RFC 6266, RFC 8187). */
export function attachmentNamed(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === name
    ? `attachment; filename="${name}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
