import { createHmac } from 'node:crypto';
import { type Envelope } from './responses.ts';
import { exchange } from '../http/outgoing.ts';
import { outcomeAt } from './task/outcome.ts';
import { recordAt } from './records.ts';
import type { Behaviours } from '../switches.ts';
import { type SimulatedTask, type KieWorld, findTask } from './account-state.ts';

// Kie docs, 2026-06: 15 s timeout, three consecutive retries, then silence. The spacing of the retries is not
// documented; a short one lets the retries of a test arrive soon.
const timeoutMs = 15_000;
const retries = 3;
const retrySpacingMs = 250;

interface Delivery {
  readonly taskId: string;
  readonly url: string;
  readonly body: unknown;
  readonly signedAt: number;
}

/** Plans the callbacks of a task that was created with a `callBackUrl`: one at its end, unless a switch says otherwise. */
export function scheduleCallbacks(world: KieWorld, taskId: string, url: string): void {
  const task = findTask(world, taskId);
  if (task === undefined) return;
  const { behaviours, createdAt, finishesAt } = task;
  if (behaviours.has('callback-none') || behaviours.has('stuck')) return;
  const halfTime = (createdAt + finishesAt) / 2;
  const deliver = (body: unknown, signedAt = world.now()): void =>
    send(world, { taskId, url, body, signedAt }, behaviours);
  const genuine = (): void => deliver(callbackBody(world, task, behaviours));

  if (behaviours.has('callback-forged')) {
    // Kie's signature covers id and time only, so one that was seen once fits any body.
    const lie: Behaviours = new Map([['result-url', 'http://forged.invalid/forged.mp4']]);
    world.timers.at(halfTime, () => deliver(callbackBody(world, task, lie), createdAt - 60_000));
  }
  const late = Number(behaviours.get('callback-late') ?? 0);
  world.timers.at(behaviours.has('callback-early') ? halfTime : finishesAt + late, () => {
    genuine();
    if (behaviours.has('callback-twice')) genuine();
  });
}

/** Sends what `get-4k-video` promised (Kie docs, 2026-06). */
export function scheduleUpgradeCallback(
  world: KieWorld,
  task: SimulatedTask,
  url: string,
  due: number,
  info: object,
): void {
  const body = { code: 200, msg: '4K Video generated successfully.', data: { taskId: task.id, info } };
  world.timers.at(due, () =>
    send(world, { taskId: task.id, url, body, signedAt: world.now() }, task.behaviours),
  );
}

/** The body: jobs send their record, veo a shape of its own (Kie docs, 2026-06 and 2026-10). */
function callbackBody(world: KieWorld, task: SimulatedTask, behaviours: Behaviours): Envelope {
  if (task.contract === 'jobs') return recordAt(world, task, behaviours, task.finishesAt);
  const outcome = outcomeAt(world, task, behaviours, task.finishesAt);
  if (outcome.kind !== 'success') {
    const { code, msg } = outcome.kind === 'fail' ? outcome : { code: 500, msg: 'internal error' };
    return { code, msg, data: { taskId: task.id, fallbackFlag: false } };
  }
  const originUrls =
    task.aspect === '9:16' || task.aspect === '1:1' ? { originUrls: [outcome.originUrl] } : {};
  return {
    code: 200,
    msg: 'Veo3.1 video generated successfully.',
    data: {
      taskId: task.id,
      promptJson: JSON.stringify(task.memory?.echo ?? {}),
      info: { resultUrls: [outcome.url], ...originUrls, resolution: task.resolution },
      fallbackFlag: false,
    },
  };
}

/** Posts a callback now and, while it is not answered 200, three times more. */
function send(world: KieWorld, delivery: Delivery, behaviours: Behaviours, attempt = 0): void {
  const { taskId, url } = delivery;
  const counts = world.ledger.task(taskId);
  world.ledger.callbacksSent += 1;
  counts.callbacksSent += 1;
  const answer = exchange(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signature(world, delivery, behaviours) },
    body: JSON.stringify(delivery.body),
    maxBytes: 65_536,
    signal: AbortSignal.any([world.signal, AbortSignal.timeout(timeoutMs)]),
  });
  const settle = (status: number | null): void => {
    if (world.signal.aborted) return;
    counts.callbackAnswers.push(status);
    if (status === 200 || attempt >= retries) return;
    world.timers.after(retrySpacingMs, () => send(world, delivery, behaviours, attempt + 1));
  };
  // No answer is an outcome like the others: it is counted and tried again.
  void answer.then(
    ({ status }) => settle(status),
    () => settle(null),
  );
}

/** `taskId.timestamp` by HMAC-SHA256 in standard base64; the body is not covered (Kie docs, 2026-06). */
function signature(world: KieWorld, delivery: Delivery, behaviours: Behaviours): Record<string, string> {
  if (world.kie.hmacKey === undefined || behaviours.has('callback-unsigned')) return {};
  const timestamp = String(Math.floor(delivery.signedAt / 1000));
  const text = `${delivery.taskId}.${timestamp}`;
  return {
    'x-webhook-timestamp': timestamp,
    'x-webhook-signature': createHmac('sha256', world.kie.hmacKey).update(text).digest('base64'),
  };
}
