import { isUtf8 } from 'node:buffer';

/**
 * Bytes from outside as a string; null if they are not UTF-8, because "�" in a prompt would be paid for. A byte order
 * mark is dropped (RFC 8259, 8.1).
 */
export function utf8Text(bytes: Buffer): string | null {
  if (!isUtf8(bytes)) return null;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.toString('utf8', 3) : bytes.toString();
}

/**
 * A decoded string in which `%XX` represents a byte, as in URLs and forms; null if the bytes are not UTF-8. A `%`
 * without two digits remains, as in browsers.
 *
 * @param text one character for each byte
 */
export function percentDecoded(text: string): string | null {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return utf8Text(Buffer.from(bytes, 'latin1'));
}

/**
 * The names and values of an `application/x-www-form-urlencoded` text, in order; null where any is not UTF-8.
 *
 * @param text one character for each byte
 */
export function urlEncodedPairs(text: string): readonly (readonly [name: string, value: string])[] | null {
  const pairs: (readonly [string, string])[] = [];
  for (const part of text.replaceAll('+', ' ').split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = percentDecoded(at === -1 ? part : part.slice(0, at));
    const value = percentDecoded(at === -1 ? '' : part.slice(at + 1));
    if (name === null || value === null) return null;
    pairs.push([name, value]);
  }
  return pairs;
}
