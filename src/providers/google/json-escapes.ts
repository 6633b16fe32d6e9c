const backslash = 0x5c;

/** The letters of escapes that stand for white space (RFC 8259, section 7); any other character stands for itself. */
const whiteSpace: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * The content of a JSON string without its escapes; it has characters of one byte only. Base64 needs none, but some writers
 * of JSON escape its `/` and `=` (seen as `\/` and `\u003d`), and some break its lines.
 */
export function unescaped(text: Buffer): Buffer {
  if (!text.includes(backslash)) return text;
  const plain = text
    .toString('latin1')
    .replace(/\\(?:u([\da-fA-F]{4})|(.))/g, (_, hex: string | undefined, one: string | undefined) =>
      hex === undefined
        ? (whiteSpace[one ?? ''] ?? one ?? '')
        : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(plain, 'latin1');
}

/** The length of a part of a JSON string without an escape at its end that may be cut: the longest, `\u003d`, has six characters. */
export function lengthOfWhole(text: Buffer): number {
  const at = text.lastIndexOf(backslash);
  return at !== -1 && at > text.byteLength - 6 ? at : text.byteLength;
}

/** The content of a JSON string that comes in parts, without its escapes. */
export async function* unescapedParts(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    const all: Buffer = rest.byteLength === 0 ? part : Buffer.concat([rest, part]);
    const whole = lengthOfWhole(all);
    rest = all.subarray(whole);
    if (whole > 0) yield unescaped(all.subarray(0, whole));
  }
  if (rest.byteLength > 0) yield unescaped(rest);
}
