import type { ServerResponse } from 'node:http';
import type { Asked, Wire } from '../world.ts';
import type { GeminiWorld } from './account-state.ts';
import { answerCreate } from './creates.ts';
import { answerDraft } from './drafts.ts';
import { answerDownload, answerFileState, answerMedia } from './files.ts';
import { answerCancel, answerDelete, answerPoll } from './polls.ts';
import { sendJson } from '../http/respond.ts';
import { sendClassicError, sendError } from './responses.ts';

type Answer = (
  world: GeminiWorld,
  asked: Asked,
  response: ServerResponse,
  name: string,
) => void | Promise<void>;

/** The routes of the Gemini API; the group of each expression is the name in its path. */
const routes: readonly (readonly [RegExp, Answer])[] = [
  [/^POST \/v1(?:beta)?\/(interactions)$/, answerCreate],
  [/^GET \/v1(?:beta)?\/interactions\/([^/]+)$/, answerPoll],
  [/^POST \/v1(?:beta)?\/interactions\/([^/]+)\/cancel$/, answerCancel],
  [/^DELETE \/v1(?:beta)?\/interactions\/([^/]+)$/, (world, _asked, ...rest) => answerDelete(world, ...rest)],
  [/^GET \/v1(?:beta)?\/files\/([^/:]+)$/, (world, _asked, ...rest) => answerFileState(world, ...rest)],
  [
    /^GET \/v1(?:beta)?\/files\/([^/:]+):download$/,
    (world, _asked, ...rest) => answerDownload(world, ...rest),
  ],
  [/^POST \/v1(?:beta)?\/models\/([^/:]+):generateContent$/, answerDraft],
  [/^GET \/v1(?:beta)?\/(models)$/, (_world, _asked, response) => sendJson(response, { models: [] })],
];

/** Google's Gemini API: the Interactions API with Omni's models, its files, and texts of a language model. */
export const interactionsWire = (world: GeminiWorld): Wire => ({
  answer: (asked, response) => answer(world, asked, response),
});

async function answer(world: GeminiWorld, asked: Asked, response: ServerResponse): Promise<boolean> {
  if (answerMedia(world, asked, response)) return true;
  const path = `${asked.request.method} ${asked.url.pathname}`;
  for (const [pattern, respond] of routes) {
    const name = pattern.exec(path)?.[1];
    if (name === undefined) continue;
    if (respond === answerCreate) world.ledger.createsReceived += 1;
    if (isAuthorized(world, asked, response)) await respond(world, asked, response, decodeURIComponent(name));
    return true;
  }
  return false;
}

/** True if the request has the account's key, in one place alone; otherwise it is answered. */
function isAuthorized(world: GeminiWorld, { request, url }: Asked, response: ServerResponse): boolean {
  const header = request.headers['x-goog-api-key'];
  const query = url.searchParams.get('key');
  if (header !== undefined && (query !== null || request.headers.authorization !== undefined)) {
    sendError(response, 400, 'Multiple authentication credentials received. Please pass only one.');
    return false;
  }
  const key = header ?? query;
  if (typeof key !== 'string' || key === '') {
    sendClassicError(response, 403, 'Method doesn’t allow unregistered callers.');
    return false;
  }
  if (world.gemini.apiKey !== undefined && key !== world.gemini.apiKey) {
    sendClassicError(response, 400, 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID');
    return false;
  }
  return true;
}
