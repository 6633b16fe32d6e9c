import { basename } from 'node:path';

/**
 * The file name that a response gives (RFC 6266), without what could lead out of the folder; null if it gives none.
 *
 * @param header the value of `content-disposition`
 */
export function attachedName(header: string | null): string | null {
  const [, encoded] = /;\s*filename\*=UTF-8''([^;\s]+)/i.exec(header ?? '') ?? [];
  const [, plain] = /;\s*filename="([^"]*)"/i.exec(header ?? '') ?? [];
  const named = encoded === undefined ? plain : decoded(encoded);
  const safe = basename((named ?? '').replaceAll('\\', '/'))
    .replaceAll(/[\p{Cc}"*:<>?|]+/gu, ' ')
    .trim();
  return safe === '' || safe.startsWith('.') ? null : safe;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** The name with a number before its extension; the first is the name itself. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const end = dot <= 0 ? name.length : dot;
  return number === 1 ? name : `${name.slice(0, end)}_${number}${name.slice(end)}`;
}
