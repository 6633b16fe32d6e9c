import type { ServerResponse } from 'node:http';
import { sendJson, cutInTheMiddle, readJsonObject } from '../http/respond.ts';
import { ok, refused, sendHtml, sendStatus, refusal } from './responses.ts';
import { scheduleCallbacks } from './callbacks.ts';
import { type CreateRequest, parseJobsCreate, parseVeoCreate } from './create-request.ts';
import { creditsFor } from './task/prices.ts';
import { forgetOldest } from '../stats.ts';
import { type Behaviours, mergeBehaviours, parseMarkers, withinTimes } from '../switches.ts';
import { type Contract, makeTaskId } from './task/task-id.ts';
import { type KieWorld, remember } from './account-state.ts';
import type { Asked } from '../world.ts';

// Kie docs, 2026-10: 20 new requests per 10 s and account; excess is rejected, not queued.
const rateWindowMs = 10_000;

/** Answers a paid POST: refuses it, or accepts and bills it and then answers, or not, as the behaviours say. */
export async function answerCreate(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
  contract: Contract,
): Promise<void> {
  const early = mergeBehaviours(world.behaviours, asked.header);
  if (early.has('create-reset') && !early.has('times')) return reset(response);
  const body = await readJsonObject(asked.request);
  if (body === undefined) return sendJson(response, refused(422, 'The request body is not a JSON object'));
  const retryAfterSeconds = takeFromRateWindow(world);
  if (retryAfterSeconds > 0) return rateLimit(world, response, retryAfter(early, retryAfterSeconds));
  const parsed = contract === 'jobs' ? parseJobsCreate(body) : parseVeoCreate(body);
  if (parsed.kind === 'refused') return sendJson(response, parsed.envelope);
  const { create } = parsed;
  const markers = parseMarkers(create.prompt);
  if (markers.kind === 'refused') return sendJson(response, refused(422, markers.why));

  const own = mergeBehaviours(markers.behaviours, asked.header, imageFate(world, create));
  const behaviours = withinTimes(mergeBehaviours(world.behaviours, own), countPosting(world, create.prompt));
  const code = behaviours.get('create-code');
  const status = behaviours.get('create-http');
  if (behaviours.has('create-reset')) return reset(response);
  if (code !== undefined) return sendJson(response, refusal(code));
  if (status === '429') return rateLimit(world, response, retryAfter(behaviours, 1));
  if (status !== undefined) return sendStatus(response, Number(status), retryAfter(behaviours, 1));
  if (world.behaviours.has('credits') && world.kie.credits < creditsFor(create, create.credits))
    return sendJson(response, refusal('402'));

  const taskId = accept(world, create, own);
  const data = contract === 'jobs' ? { taskId, recordId: taskId } : { taskId };
  sendAcceptance(world, response, behaviours, data);
}

function sendAcceptance(
  world: KieWorld,
  response: ServerResponse,
  behaviours: Behaviours,
  data: object,
): void {
  if (behaviours.has('create-hang')) return;
  const late = behaviours.get('create-late');
  if (late !== undefined) {
    world.timers.after(Number(late), () => {
      if (!response.destroyed) sendJson(response, ok(data));
    });
    return;
  }
  if (behaviours.has('create-drop')) {
    response.destroy();
    return;
  }
  if (behaviours.has('create-accept-500')) return sendStatus(response, 500, retryAfter(behaviours, 1));
  if (behaviours.has('create-html')) return sendHtml(response);
  if (behaviours.has('create-no-id')) return sendJson(response, ok(null));
  if (behaviours.has('create-cut')) {
    const headers = { 'content-type': 'application/json;charset=UTF-8' };
    return cutInTheMiddle(response, Buffer.from(JSON.stringify(ok(data))), 200, headers);
  }
  sendJson(response, ok(data));
}

function accept(world: KieWorld, create: CreateRequest, own: Behaviours): string {
  const duration = own.get('duration') ?? world.behaviours.get('duration');
  const facts = { ...create, createdAt: world.now(), behaviours: own };
  let taskId: string;
  do {
    taskId = makeTaskId({ ...facts, takesMs: duration === undefined ? undefined : Number(duration) });
  } while (world.kie.memories.has(taskId));
  const credits = creditsFor(create, create.credits);
  world.kie.credits -= credits;
  world.ledger.creditsSpent += credits;
  world.ledger.createsAccepted += 1;
  const counts = world.ledger.task(taskId);
  counts.prompt = create.prompt;
  counts.callBackUrl = create.callBackUrl ?? null;
  counts.contract = create.contract;
  const { prompt, echo, model } = create;
  remember(world, taskId, { prompt, echo, model, credits: create.credits, behaviours: own });
  if (create.callBackUrl !== undefined) scheduleCallbacks(world, taskId, create.callBackUrl);
  return taskId;
}

/** Kie accepts an unreachable image and fails later, in the record (recorded on a sibling endpoint). */
function imageFate(world: KieWorld, create: CreateRequest): Behaviours {
  const isDead = create.images.some((image) => {
    const url = URL.parse(image);
    if (url === null || url.hostname.endsWith('.invalid')) return true;
    // What was uploaded here is gone when it is not here.
    return url.origin === world.url && !world.kie.uploads.has(url.pathname.slice(1));
  });
  return new Map(isDead ? [['dead-image', '']] : []);
}

/** Takes a slot of the sliding window. Returns 0, or the seconds until one is free. */
function takeFromRateWindow(world: KieWorld): number {
  if (world.kie.createsPer10s === 0) return 0;
  const { recentCreates } = world.kie;
  const now = world.now();
  while (recentCreates[0] !== undefined && recentCreates[0] <= now - rateWindowMs) recentCreates.shift();
  const oldest = recentCreates[0];
  if (oldest !== undefined && recentCreates.length >= world.kie.createsPer10s) {
    return Math.max(1, Math.ceil((oldest + rateWindowMs - now) / 1000));
  }
  recentCreates.push(now);
  return 0;
}

function rateLimit(world: KieWorld, response: ServerResponse, seconds: number): void {
  world.ledger.rateLimited += 1;
  sendStatus(response, 429, seconds);
}

function retryAfter(behaviours: Behaviours, seconds: number): number {
  return Number(behaviours.get('retry-after') ?? seconds);
}

function countPosting(world: KieWorld, prompt: string): number {
  const count = (world.kie.postings.get(prompt) ?? 0) + 1;
  world.kie.postings.set(prompt, count);
  forgetOldest(world.kie.postings);
  return count;
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
