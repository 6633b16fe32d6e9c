import type { ServerResponse } from 'node:http';
import { cutInTheMiddle, readJsonObject, sendJson } from '../http/respond.ts';
import { type Behaviours, mergeBehaviours, parseMarkers, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { accept, countPosting, type VertexWorld } from './account-state.ts';
import { parseCreate } from './create-request.ts';
import { sendError, sendPage, sendStatus } from './responses.ts';

/** Three images of 20 MB in base64. */
const maxBodyBytes = 90 * 1024 * 1024;

/**
 * Answers the paid POST: refuses it, or accepts and bills it and then answers, or not, as the behaviours say.
 *
 * @param path the model's, which begins the names of its operations
 */
export async function answerCreate(
  world: VertexWorld,
  asked: Asked,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const early = mergeBehaviours(world.behaviours, asked.header);
  if (early.has('create-reset') && !early.has('times')) return reset(response);
  const body = await readJsonObject(asked.request, maxBodyBytes);
  if (body === undefined) return sendError(response, 400, 'Invalid JSON payload received.');
  const model = path.slice(path.lastIndexOf('/') + 1);
  const parsed = parseCreate(model, body);
  if (parsed.kind === 'refused') return sendError(response, parsed.status, parsed.message);
  const { create } = parsed;
  const markers = parseMarkers(create.prompt);
  if (markers.kind === 'refused') return sendError(response, 400, markers.why);
  const own = mergeBehaviours(markers.behaviours, asked.header);
  const behaviours = withinTimes(mergeBehaviours(world.behaviours, own), countPosting(world, create.prompt));
  const status = behaviours.get('create-http');
  if (behaviours.has('create-reset')) return reset(response);
  if (behaviours.has('google-retired')) {
    return sendError(response, 404, `The model ${model} is no longer available.`);
  }
  if (status !== undefined) {
    if (status === '429') world.ledger.rateLimited += 1;
    return sendStatus(response, Number(status), behaviours.get('retry-after') ?? '1');
  }
  sendAcceptance(world, response, behaviours, { name: accept(world, path, create, own).name });
}

function sendAcceptance(
  world: VertexWorld,
  response: ServerResponse,
  behaviours: Behaviours,
  body: { readonly name: string },
): void {
  const late = behaviours.get('create-late');
  if (behaviours.has('create-hang')) return;
  if (behaviours.has('create-drop')) return void response.destroy();
  if (behaviours.has('create-accept-500')) return sendStatus(response, 500, '1');
  if (behaviours.has('create-html')) return sendPage(response);
  if (behaviours.has('create-no-id')) return sendJson(response, {});
  if (behaviours.has('create-cut')) {
    const headers = { 'content-type': 'application/json; charset=UTF-8' };
    return cutInTheMiddle(response, Buffer.from(JSON.stringify(body)), 200, headers);
  }
  if (late === undefined) return sendJson(response, body);
  world.timers.after(Number(late), () => {
    if (!response.destroyed) sendJson(response, body);
  });
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
