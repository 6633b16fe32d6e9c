import type { IncomingMessage } from 'node:http';
import { readBody } from './read-body.ts';

/** Reads a form's text fields, url-encoded or multipart. */
export async function readForm(
  request: IncomingMessage,
  maxBytes: number,
): Promise<ReadonlyMap<string, string> | 'noForm' | 'tooLarge'> {
  const contentType = request.headers['content-type'] ?? '';
  const body = await readBody(request, maxBytes);
  if (body === null) return 'tooLarge';
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
    const fields = new Map<string, string>();
    for (const [name, value] of form) if (typeof value === 'string' && value !== '') fields.set(name, value);
    return fields;
  } catch {
    // Not a form, whatever it says of itself.
    return 'noForm';
  }
}
