import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http/respond.ts';
import { mergeBehaviours } from '../switches.ts';
import type { Asked } from '../world.ts';
import type { VertexWorld } from './account-state.ts';

/** As Google's tokens: an hour. */
const lifetimeSeconds = 3600;
const metadataPath = '/computeMetadata/v1';

/**
 * Answers the token endpoint (`POST /token`, for `token_uri` in a file of credentials) and the metadata server of Google Cloud
 * (for `GCE_METADATA_HOST`). Signatures are not checked.
 *
 * @returns false for another path
 */
export async function answerTokens(
  world: VertexWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<boolean> {
  const { request, url } = asked;
  const isEndpoint = request.method === 'POST' && url.pathname === '/token';
  if (!isEndpoint && !url.pathname.startsWith(metadataPath)) return false;
  const wanted = mergeBehaviours(world.behaviours, asked.header).get('google-token');
  if (wanted === 'hang') return true;
  if (wanted === 'refused') {
    sendJson(response, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, 400);
  } else if (wanted !== undefined) {
    sendJson(response, { error: 'backend_error' }, 503);
  } else if (isEndpoint) {
    const form = new URLSearchParams((await readBody(request, 65_536))?.toString() ?? '');
    const isKnown = form.has('assertion') || form.has('refresh_token');
    if (isKnown) sendJson(response, issue(world));
    else sendJson(response, { error: 'invalid_request' }, 400);
  } else answerMetadata(world, asked, response);
  return true;
}

function answerMetadata(world: VertexWorld, { request, url }: Asked, response: ServerResponse): void {
  const flavour = { 'metadata-flavor': 'Google' };
  if (request.headers['metadata-flavor'] !== 'Google') {
    sendJson(response, { error: 'Missing Metadata-Flavor:Google header.' }, 403);
  } else if (url.pathname.endsWith('/service-accounts/default/token')) {
    sendJson(response, issue(world), 200, flavour);
  } else if (url.pathname.startsWith(`${metadataPath}/instance`)) {
    sendJson(response, {}, 200, flavour);
  } else sendJson(response, { error: 'not found' }, 404, flavour);
}

function issue({ vertex }: VertexWorld): object {
  const token = `ya29.simulated-${randomBytes(12).toString('base64url')}`;
  vertex.issued.add(token);
  return { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' };
}
