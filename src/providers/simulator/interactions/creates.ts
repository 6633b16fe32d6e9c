import type { ServerResponse } from 'node:http';
import { cutInTheMiddle, readJsonObject, sendJson } from '../http/respond.ts';
import { type Behaviours, mergeBehaviours, parseMarkers, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { accept, countPosting, type GeminiWorld, type Interaction } from './account-state.ts';
import { parseCreate } from './create-request.ts';
import { interactionAt } from './record.ts';
import { sendError, sendPage, sendStatus } from './responses.ts';

/** Six images of 20 MB in base64. */
const maxBodyBytes = 170 * 1024 * 1024;

/** Answers the paid POST: refuses it, or accepts and bills it and then answers, or not, as the behaviours say. */
export async function answerCreate(
  world: GeminiWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const early = mergeBehaviours(world.behaviours, asked.header);
  if (early.has('create-reset') && !early.has('times')) return reset(response);
  const body = await readJsonObject(asked.request, maxBodyBytes);
  if (body === undefined) return sendError(response, 400, 'The request body is not a JSON object.');
  const parsed = parseCreate(body);
  if (parsed.kind === 'refused') return sendError(response, parsed.status, parsed.message, parsed.code);
  const { create } = parsed;
  const markers = parseMarkers(create.prompt);
  if (markers.kind === 'refused') return sendError(response, 400, markers.why);
  const own = mergeBehaviours(markers.behaviours, asked.header);
  const all = mergeBehaviours(world.behaviours, own);
  const behaviours = withinTimes(all, countPosting(world, create.prompt));
  const status = behaviours.get('create-http');
  if (behaviours.has('create-reset')) return reset(response);
  if (behaviours.has('google-retired'))
    return sendError(response, 404, `The model ${create.model} is no longer available.`);
  if (status !== undefined) {
    if (status === '429') world.ledger.rateLimited += 1;
    return sendStatus(response, Number(status), behaviours.get('retry-after') ?? '1');
  }
  sendAcceptance(world, response, behaviours, accept(world, create, own));
}

function sendAcceptance(
  world: GeminiWorld,
  response: ServerResponse,
  behaviours: Behaviours,
  interaction: Interaction,
): void {
  const record = () => interactionAt(world, interaction, behaviours, world.now());
  const late = behaviours.get('create-late');
  if (behaviours.has('create-hang')) return;
  if (behaviours.has('create-drop')) return void response.destroy();
  if (behaviours.has('create-accept-500')) return sendStatus(response, 500, '1');
  if (behaviours.has('create-html')) return sendPage(response);
  if (behaviours.has('create-no-id')) return sendJson(response, { status: 'in_progress' });
  if (behaviours.has('create-cut')) {
    const headers = { 'content-type': 'application/json;charset=UTF-8' };
    return cutInTheMiddle(response, Buffer.from(JSON.stringify(record())), 200, headers);
  }
  // Without `background` the answer waits for the end.
  const waitMs = interaction.isBackground ? Number(late ?? 0) : interaction.finishesAt - world.now();
  if (waitMs <= 0) return sendJson(response, record());
  world.timers.after(waitMs, () => {
    if (!response.destroyed) sendJson(response, record());
  });
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
