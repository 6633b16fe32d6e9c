import { basePath } from '../base.ts';
import type { AccessKey } from '../api/access-key.ts';
import { authorizationOf } from '../api/request.ts';

/**
 * Why the page has no socket. `device`: the device is offline; `unreachable`: nothing responds; `server`: something
 * responds, but not the server, or with a fault of it; `refused`: the server does not admit this page; `socket`: the server
 * responds over HTTP, so that something between passes no WebSocket on.
 */
export type Fault = 'device' | 'unreachable' | 'server' | 'refused' | 'socket';

const deadlineMs = 5000;

/** Finds out over HTTP why the socket cannot be opened, since a browser does not say. `key` if the key is not accepted. */
export async function diagnose(key: AccessKey): Promise<Fault | 'key'> {
  if (!navigator.onLine) return 'device';
  const response = await fetch(`${basePath()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorizationOf(key) },
    body: '{"query":"{ __typename }"}',
    signal: AbortSignal.timeout(deadlineMs),
  }).catch(() => null);
  if (response === null) return 'unreachable';
  if (response.status === 401) return 'key';
  if (response.status === 403) return 'refused';
  const isAnswer = await response.json().then(
    (body: unknown) => typeof body === 'object' && body !== null && 'data' in body,
    () => false,
  );
  return isAnswer ? 'socket' : 'server';
}
