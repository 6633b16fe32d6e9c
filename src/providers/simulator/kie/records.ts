import { type Envelope, ok } from './responses.ts';
import { type Outcome, outcomeAt } from './task/outcome.ts';
import { creditsFor } from './task/prices.ts';
import type { Behaviours } from '../switches.ts';
import { type SimulatedTask, type KieWorld } from './account-state.ts';

/** The answer of the contract's query for a task at a moment. */
export function recordAt(world: KieWorld, task: SimulatedTask, behaviours: Behaviours, at: number): Envelope {
  const outcome = outcomeAt(world, task, behaviours, at);
  const data =
    task.contract === 'jobs' ? jobsRecord(task, behaviours, outcome) : veoRecord(task, behaviours, outcome);
  return ok(behaviours.has('wrong-id') ? { ...data, taskId: '0'.repeat(32) } : data);
}

/** The seed's own shape, which names its task where another one's is to be seen (the seed's workflow example does). */
export function seedRecordAt(world: KieWorld, task: SimulatedTask, behaviours: Behaviours): object {
  const outcome = outcomeAt(world, task, behaviours, world.now());
  const id = behaviours.has('wrong-id') ? { task_id: '0'.repeat(32) } : {};
  if (behaviours.has('odd-state')) return { status: 'paused', ...id };
  if (outcome.kind === 'fail') return { status: 'failed', error: outcome.msg, ...id };
  if (outcome.kind !== 'success') return { status: 'processing', ...id };
  const isOriginAlone = behaviours.has('origin-only') && task.resolution !== '720p';
  const result = behaviours.has('no-url')
    ? {}
    : isOriginAlone
      ? { origin_urls: [outcome.originUrl] }
      : { video_url: outcome.url };
  return { status: 'completed', result, ...id };
}

/** `GET /api/v1/jobs/recordInfo` (recorded Kie traffic, 2026-04; the fail form from the docs). */
function jobsRecord(task: SimulatedTask, behaviours: Behaviours, outcome: Outcome): Record<string, unknown> {
  const isFinal = outcome.kind === 'success' || outcome.kind === 'fail';
  const isFailed = outcome.kind === 'fail';
  const result = outcome.kind === 'success' ? jobsResult(task, behaviours, outcome) : undefined;
  const hasCredits = isFinal && !isFailed && !behaviours.has('no-credits-consumed');
  return {
    taskId: task.id,
    model: task.memory?.model ?? 'veo-3-1',
    state: behaviours.has('odd-state') ? 'paused' : outcome.kind,
    param: jobsParam(task, behaviours),
    resultJson:
      result === undefined
        ? ''
        : behaviours.has('result-json-object')
          ? result
          : resultText(result, behaviours),
    failCode: isFailed ? String(outcome.code) : null,
    failMsg: isFailed ? outcome.msg : null,
    costTime: isFinal ? Math.round((task.finishesAt - task.createdAt) / 1000) : null,
    completeTime: isFinal ? time(task.finishesAt, behaviours) : null,
    createTime: time(task.createdAt, behaviours),
    ...(behaviours.has('market-record') && marketFields(outcome, result, task.finishesAt)),
    ...(hasCredits ? { creditsConsumed: creditsFor(task, task.memory?.credits) } : {}),
  };
}

/** Fields of records of the market since about September 2026 (live); the time of completion of images too soon (client). */
const marketFields = (outcome: Outcome, result: object | undefined, finishesAt: number) => ({
  successFlag: outcome.kind === 'success' ? 1 : outcome.kind === 'fail' ? outcome.successFlag : 0,
  response: result ?? null,
  progress: '',
  completeTime: finishesAt,
  ...(outcome.kind === 'fail' && { creditsConsumed: 0 }),
});

/** With the last frame of Seedance before the video (Kie docs, 2026-10), and junk after the JSON (client). */
const resultText = (result: object, behaviours: Behaviours): string =>
  behaviours.has('market-result')
    ? `${JSON.stringify({ lastFrameUrl: 'https://tempfile.aiquickdraw.com/p/last_frame.png', ...result })}\n]}`
    : JSON.stringify(result);

/** Above 720p another shape, with the smaller original beside it (Kie docs, 2026-10; not seen live). */
function jobsResult(
  task: SimulatedTask,
  behaviours: Behaviours,
  outcome: Outcome & { kind: 'success' },
): object {
  if (behaviours.has('no-url')) return { resultObject: {} };
  if (task.resolution !== '1080p' && task.resolution !== '4k')
    return {
      resultUrls: urls([outcome.url], behaviours),
      ...(behaviours.has('first-frame') && { firstFrameUrl: [outcome.url.replace(/mp4$/, 'jpg')] }),
    };
  const high = behaviours.has('origin-only') ? [] : [outcome.url];
  return {
    data: { result_urls: urls(high, behaviours), origin_urls: urls([outcome.originUrl], behaviours) },
  };
}

function jobsParam(task: SimulatedTask, behaviours: Behaviours): string {
  const echo = task.memory?.echo ?? {
    model: 'veo-3-1',
    input: {
      model: task.tier,
      aspect_ratio: task.aspect,
      duration: task.seconds,
      resolution: task.resolution,
    },
  };
  const input = behaviours.has('param-object') ? echo['input'] : JSON.stringify(echo['input']);
  return JSON.stringify({ ...echo, input });
}

/** `GET /api/v1/veo/record-info` (recorded Kie traffic, 2026-04 to 08). */
function veoRecord(task: SimulatedTask, behaviours: Behaviours, outcome: Outcome): Record<string, unknown> {
  const isFailed = outcome.kind === 'fail';
  const isFinal = isFailed || outcome.kind === 'success';
  const isTop = behaviours.has('result-urls-top') && outcome.kind === 'success';
  const response = outcome.kind === 'success' ? veoResponse(task, behaviours, outcome) : null;
  const flag = isFailed ? outcome.successFlag : isFinal ? 1 : 0;
  return {
    taskId: task.id,
    paramJson: JSON.stringify(task.memory?.echo ?? veoEcho(task)),
    // The old form, still in the quickstart's sample code (Kie docs, 2026-06).
    ...(isTop ? { resultUrls: JSON.stringify([outcome.url]) } : {}),
    response: isTop ? null : response,
    successFlag: behaviours.has('odd-state') ? 7 : flag,
    fallbackFlag: false,
    completeTime: isFinal ? time(wholeSeconds(task.finishesAt), behaviours) : null,
    createTime: time(wholeSeconds(task.createdAt), behaviours),
    errorCode: isFailed ? outcome.code : null,
    errorMessage: isFailed ? outcome.msg : isFinal ? null : '',
    ...(isFinal && !isFailed && behaviours.has('credits-consumed')
      ? { creditsConsumed: creditsFor(task, task.memory?.credits) }
      : {}),
  };
}

function veoResponse(
  task: SimulatedTask,
  behaviours: Behaviours,
  outcome: Outcome & { kind: 'success' },
): object {
  const isBase = behaviours.has('base-first');
  const hasUrl = !behaviours.has('no-url') && !(behaviours.has('origin-only') && task.resolution !== '720p');
  const hasOrigin = task.aspect === '9:16' || task.aspect === '1:1' || behaviours.has('origin-only');
  return {
    taskId: task.id,
    resolution: isBase ? '720p' : task.resolution,
    originUrls: hasOrigin && !behaviours.has('no-url') ? urls([outcome.originUrl], behaviours) : null,
    resultUrls: hasUrl ? urls([isBase ? outcome.originUrl : outcome.url], behaviours) : null,
    fullResultUrls: null,
    hasAudioList: [true],
    seeds: [10_000 + task.random],
  };
}

/** The part of the request that follows from the id. */
function veoEcho(task: SimulatedTask): object {
  return { duration: task.seconds, aspectRatio: task.aspect, model: task.tier, resolution: task.resolution };
}

function urls(list: readonly string[], behaviours: Behaviours): readonly string[] | string {
  return behaviours.has('result-urls-string') ? JSON.stringify(list) : list;
}

/** Recorded veo times are whole seconds, in milliseconds. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function time(ms: number, behaviours: Behaviours): number | string {
  return behaviours.has('text-times') ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ') : ms;
}
