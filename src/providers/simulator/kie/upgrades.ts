import type { ServerResponse } from 'node:http';
import { sendJson, readJsonObject } from '../http/respond.ts';
import { ok, refused } from './responses.ts';
import { scheduleUpgradeCallback } from './callbacks.ts';
import { unixOf } from './task/file-name.ts';
import { outcomeAt } from './task/outcome.ts';
import { type SimulatedTask, type KieWorld, findTask } from './account-state.ts';
import type { Asked } from '../world.ts';

/** Answers `GET /api/v1/veo/get-1080p-video`: not ready until a quarter of the task's time after its end. */
export function answer1080p(world: KieWorld, asked: Asked, response: ServerResponse): void {
  const task = findTask(world, asked.url.searchParams.get('taskId') ?? '', 'veo');
  if (task === undefined) return sendJson(response, refused(422, 'Record does not exist'));
  const readyAt = task.finishesAt + (task.finishesAt - task.createdAt) / 4;
  if (!isSuccessAt(world, task) || world.now() < readyAt) {
    const msg = '1080P is processing. It should be ready in 1-2 minutes. Please check back shortly.';
    return sendJson(response, refused(400, msg));
  }
  sendJson(response, ok({ resultUrl: `${world.url}/p/${task.id}_${unixOf(task)}.mp4` }));
}

/**
 * Answers `POST /api/v1/veo/get-4k-video`: the first call of a process begins it, the next ones get code 422 both
 * while it is processing and once it is made (Kie docs, 2026-06).
 */
export async function answer4k(world: KieWorld, asked: Asked, response: ServerResponse): Promise<void> {
  const body = (await readJsonObject(asked.request)) ?? {};
  const task = findTask(world, typeof body['taskId'] === 'string' ? body['taskId'] : '', 'veo');
  if (task === undefined) return sendJson(response, refused(422, 'Record does not exist'));
  if (!isSuccessAt(world, task)) return sendJson(response, refused(422, 'record status is not success'));
  if (task.behaviours.has('upgrade-unavailable')) {
    // Documented as a callback (Kie docs, 2026-06); the answer to a call is not.
    const msg = 'The 4K version of this video is unavailable. Please try a different video.';
    return sendJson(response, { code: 500, msg, data: { taskId: task.id } });
  }
  const none = { taskId: task.id, resultUrls: null, imageUrls: null };
  const made = fourK(world, task);
  // A process that does not know when it began says that it is made: that follows from the finished task alone.
  if (task.memory === undefined) return sendMade(response, task, made);
  const { upgradeRequestedAt } = task.memory;
  const takesMs = task.finishesAt - task.createdAt;
  if (upgradeRequestedAt === undefined) {
    task.memory.upgradeRequestedAt = world.now();
    const to = body['callBackUrl'];
    if (typeof to === 'string' && URL.canParse(to))
      scheduleUpgradeCallback(world, task, to, world.now() + takesMs, made);
    return sendJson(response, ok(none));
  }
  if (world.now() >= upgradeRequestedAt + takesMs) return sendMade(response, task, made);
  const msg = '4k is processing. It should be ready in 5-10 minutes. Please check back shortly.';
  sendJson(response, { code: 422, msg, data: none });
}

function sendMade(response: ServerResponse, task: SimulatedTask, made: object): void {
  const msg = 'The video has been generated successfully';
  sendJson(response, { code: 422, msg, data: { taskId: task.id, ...made } });
}

function fourK(world: KieWorld, task: SimulatedTask): { resultUrls: string[]; imageUrls: string[] } {
  const base = `${world.url}/v/${task.id}_${unixOf(task)}_1`;
  return { resultUrls: [`${base}.mp4`], imageUrls: [`${base}.jpg`] };
}

function isSuccessAt(world: KieWorld, task: SimulatedTask): boolean {
  return outcomeAt(world, task, task.behaviours, world.now()).kind === 'success';
}
