import type { ServerResponse } from 'node:http';
import type { Asked, Wire } from '../world.ts';
import type { VertexWorld } from './account-state.ts';
import { answerCreate } from './creates.ts';
import { answerPoll } from './operations.ts';
import { sendError } from './responses.ts';
import { answerObject } from './storage.ts';
import { answerTokens } from './tokens.ts';

const modelPath =
  /^POST \/v1(?:beta1)?\/(projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/[^/:]+)/;
const createPath = new RegExp(`${modelPath.source}:predictLongRunning$`);
const pollPath = new RegExp(`${modelPath.source}:fetchPredictOperation$`);
const objectPath = /^GET \/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;

/** Google's Vertex AI with Veo's models, the objects of Cloud Storage, and what issues access tokens. */
export const vertexWire = (world: VertexWorld): Wire => ({
  answer: (asked, response) => answer(world, asked, response),
});

async function answer(world: VertexWorld, asked: Asked, response: ServerResponse): Promise<boolean> {
  if (await answerTokens(world, asked, response)) return true;
  const route = `${asked.request.method} ${asked.url.pathname}`;
  const model = createPath.exec(route)?.[1];
  const [, bucket, object] = objectPath.exec(route) ?? [];
  if (model !== undefined) world.ledger.createsReceived += 1;
  const isKnown = model !== undefined || object !== undefined || pollPath.test(route);
  if (!isKnown) return false;
  if (!isAuthorized(world, asked)) {
    sendError(response, 401, 'Request had invalid authentication credentials.');
  } else if (model !== undefined) await answerCreate(world, asked, response, model);
  else if (bucket !== undefined && object !== undefined)
    await answerObject(world, asked, response, bucket, object);
  else await answerPoll(world, asked, response);
  return true;
}

function isAuthorized({ vertex }: VertexWorld, { request }: Asked): boolean {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return false;
  return vertex.accessToken === undefined || token === vertex.accessToken || vertex.issued.has(token);
}
