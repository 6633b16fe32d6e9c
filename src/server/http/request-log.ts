import type { IncomingMessage } from 'node:http';
import { senderOf } from '../auth/forwarded.ts';
import { loggedPath } from './request-url.ts';

/** The fields by which a request is logged. Must be read before its socket closes, which forgets the address. */
export function requestFields(
  request: IncomingMessage,
  trustProxy: boolean,
): { client: string | undefined; scheme: string | null; path: string } {
  const { address, scheme } = senderOf(request, trustProxy);
  return { client: address, scheme, path: loggedPath(request) };
}
