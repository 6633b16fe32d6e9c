/** A content type, taken apart. */
export interface ContentType {
  /** `type/subtype` in lower case; empty without a header. */
  readonly essence: string;
  /** In lower case; null where it is not given. */
  readonly charset: string | null;
}

/** Reads a `content-type` header. Of a list, which some clients send, the first counts. */
export function readContentType(header: string | undefined): ContentType {
  const [essence = '', ...parameters] = (header?.split(',', 1)[0] ?? '').split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^\s"]*)"?\s*$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { essence: essence.trim().toLowerCase(), charset: charset?.toLowerCase() ?? null };
}

/** True if a charset says that the bytes are UTF-8, of which ASCII is a part. */
export const isUtf8Charset = (charset: string | null): boolean =>
  charset === null || /^(?:utf-?8|us-ascii)$/.test(charset);
