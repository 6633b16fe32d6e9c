import type { ServerResponse } from 'node:http';
import { misanswerCheck } from '../http/misanswer-check.ts';
import { sendJson, sendText } from '../http/respond.ts';
import { type Behaviours, mergeBehaviours, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { behavioursOf, type GeminiWorld } from './account-state.ts';
import { hasEnded, interactionAt } from './record.ts';
import { sendClassicError, sendError, sendPage, sendStatus } from './responses.ts';

const hugeBytes = 16 * 1024 * 1024;

/** Answers `GET /v1beta/interactions/{id}`. */
export function answerPoll(world: GeminiWorld, asked: Asked, response: ServerResponse, id: string): void {
  world.ledger.checks += 1;
  const counts = world.ledger.task(id);
  counts.checks += 1;
  const interaction = world.gemini.interactions.get(id);
  const all = mergeBehaviours(behavioursOf(world, interaction), asked.header);
  const behaviours = withinTimes(all, counts.checks);
  if (misanswerCheck(world, response, behaviours, { sendStatus, sendPage })) return;
  // Recorded: an id that is not known gets 400, not 404.
  if (interaction === undefined || behaviours.has('null-data'))
    return sendError(response, 400, `Invalid interaction name: interactions/${id}`);
  const at = world.now();
  const refusal = behaviours.get('google-poll');
  if (refusal !== undefined && hasEnded(interaction, behaviours, at)) return sendRefusal(response, refusal);
  sendRecord(response, behaviours, interactionAt(world, interaction, behaviours, at));
}

/** Answers `POST /v1beta/interactions/{id}/cancel`: only what still runs can be canceled. */
export function answerCancel(world: GeminiWorld, asked: Asked, response: ServerResponse, id: string): void {
  world.ledger.cancels += 1;
  const interaction = world.gemini.interactions.get(id);
  const behaviours = mergeBehaviours(behavioursOf(world, interaction), asked.header);
  if (misanswerCheck(world, response, behaviours, { sendStatus, sendPage })) return;
  if (interaction === undefined)
    return sendError(response, 400, `Invalid interaction name: interactions/${id}`);
  if (hasEnded(interaction, behaviours, world.now()))
    return sendError(response, 400, 'The interaction is not running.', 'failed_precondition');
  interaction.canceledAt = world.now();
  sendJson(response, interactionAt(world, interaction, behaviours, world.now()));
}

/** Answers `DELETE /v1beta/interactions/{id}`. */
export function answerDelete(world: GeminiWorld, response: ServerResponse, id: string): void {
  if (!world.gemini.interactions.delete(id))
    return sendError(response, 400, `Invalid interaction name: interactions/${id}`);
  sendJson(response, {});
}

/** The ways in which a poll was seen to answer HTTP 400 (live reports, 2026-09 and 10). */
function sendRefusal(response: ServerResponse, kind: string): void {
  switch (kind) {
    case 'task':
      return sendError(response, 400, 'Unsupported file uri: blobstore:///genai-api/blobref/1');
    case 'filtered':
      return sendError(response, 400, 'Input blocked: The prompt could not be processed.');
    case 'credentials':
      return sendError(response, 400, 'Multiple authentication credentials received. Please pass only one.');
    case 'numeric':
      return sendClassicError(response, 400, 'Request contains an invalid argument.');
    case 'page':
      return sendPage(response, 400);
    default:
      return sendError(response, 400, `The switch google-poll has no ${kind}.`, 'simulator');
  }
}

function sendRecord(response: ServerResponse, behaviours: Behaviours, record: object): void {
  const whole = behaviours.has('check-huge') ? { ...record, padding: 'x'.repeat(hugeBytes) } : record;
  const text = JSON.stringify(whole);
  const cut = behaviours.has('check-malformed') ? text.slice(0, Math.floor(text.length / 2)) : text;
  sendText(response, cut, 'application/json; charset=UTF-8');
}
