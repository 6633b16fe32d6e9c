/**
 * An error of a bucket as the log may have it: its name, status and message. The SDK's own carry headers and the keys of
 * objects.
 */
export class S3Fault extends Error {
  override readonly name = 'S3Fault';
  /** As the bucket or the network names it, such as `AccessDenied` or `ECONNREFUSED`. */
  readonly code: string;
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;

  constructor(error: unknown) {
    const { name, code, message, status } = read(error);
    super(`${code ?? name}${status === null ? '' : ` (HTTP ${status})`}: ${message}`);
    this.code = code ?? name;
    this.status = status;
  }
}

function read(error: unknown): { name: string; code: string | null; message: string; status: number | null } {
  if (!(error instanceof Error)) return { name: 'Error', code: null, message: String(error), status: null };
  const { name, message, code, $metadata } = error as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return {
    name,
    code: typeof code === 'string' ? code : null,
    message,
    status: $metadata?.httpStatusCode ?? null,
  };
}
