import type { Readable } from 'node:stream';

/**
 * Lets go of a body, read or not. Undici reports an early end as an error of the stream: where nobody reads it, that would
 * end the process.
 */
export function abandon(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
