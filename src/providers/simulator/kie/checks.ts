import type { ServerResponse } from 'node:http';
import { sendJson, sendText, sendNotFound } from '../http/respond.ts';
import { type Envelope, ok, refused, sendHtml, sendStatus, refusal } from './responses.ts';
import { recordAt, seedRecordAt } from './records.ts';
import { type Behaviours, mergeBehaviours, withinTimes } from '../switches.ts';
import type { Contract } from './task/task-id.ts';
import { type SimulatedTask, type KieWorld, findTask } from './account-state.ts';
import type { Asked } from '../world.ts';

const hugeBytes = 16 * 1024 * 1024;

/** Answers `GET /api/v1/jobs/recordInfo` or `GET /api/v1/veo/record-info`. */
export function answerCheck(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
  contract: Contract,
): void {
  const id = asked.url.searchParams.get('taskId') ?? '';
  const { task, behaviours } = beginCheck(world, asked, id, contract);
  if (misanswer(world, response, behaviours)) return;
  if (task === undefined) return sendJson(response, unknownId(contract, id));
  const record = behaviours.has('null-data') ? ok(null) : recordAt(world, task, behaviours, world.now());
  sendRecord(response, behaviours, record);
}

/**
 * Answers `GET /v1/video/task/{id}`: HTTP 404, as a live probe of 2026-10-05 found on its sibling, unless the switch
 * gives the shape that only the seed document knows.
 */
export function answerSeedCheck(world: KieWorld, asked: Asked, response: ServerResponse, id: string): void {
  const { task, behaviours } = beginCheck(world, asked, id, 'veo');
  if (misanswer(world, response, behaviours)) return;
  if (task === undefined || !behaviours.has('seed-route')) return sendNotFound(response);
  const record = behaviours.has('null-data') ? ok(null) : seedRecordAt(world, task, behaviours);
  sendRecord(response, behaviours, record);
}

function beginCheck(
  world: KieWorld,
  asked: Asked,
  id: string,
  contract: Contract,
): { task: SimulatedTask | undefined; behaviours: Behaviours } {
  world.ledger.checks += 1;
  const counts = world.ledger.task(id);
  counts.checks += 1;
  const task = findTask(world, id, contract);
  const behaviours = mergeBehaviours(task?.behaviours ?? world.behaviours, asked.header);
  return { task, behaviours: withinTimes(behaviours, counts.checks) };
}

/** True if the check was answered, or left unanswered, with something that is no record. */
function misanswer(world: KieWorld, response: ServerResponse, behaviours: Behaviours): boolean {
  const status = behaviours.get('check-http');
  const code = behaviours.get('check-code');
  if (world.now() < world.outageUntil) sendStatus(response, 500, 1);
  else if (status !== undefined)
    sendStatus(response, Number(status), Number(behaviours.get('retry-after') ?? 1));
  else if (code !== undefined) sendJson(response, refusal(code));
  else if (behaviours.has('check-html')) sendHtml(response);
  else if (behaviours.has('check-drop')) response.destroy();
  // Left open until the client or the simulator ends.
  else return behaviours.has('check-hang');
  return true;
}

function sendRecord(response: ServerResponse, behaviours: Behaviours, record: object): void {
  const text = JSON.stringify(
    behaviours.has('check-huge') ? { ...record, padding: 'x'.repeat(hugeBytes) } : record,
  );
  const cut = behaviours.has('check-malformed') ? text.slice(0, Math.floor(text.length / 2)) : text;
  sendText(response, cut, 'application/json;charset=UTF-8');
}

/** Each contract has its own message for an unknown id (recorded Kie traffic and docs, 2026). */
function unknownId(contract: Contract, id: string): Envelope {
  return refused(422, contract === 'jobs' ? 'recordInfo is null' : `Record not found for taskId: ${id}`);
}
