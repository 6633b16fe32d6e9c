import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import { misanswerCheck } from '../http/misanswer-check.ts';
import { readJsonObject, sendJson, sendText } from '../http/respond.ts';
import { type Behaviours, mergeBehaviours, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { behavioursOf, type Operation, type VertexWorld } from './account-state.ts';
import { sendError, sendPage, sendStatus } from './responses.ts';
import { videoOf } from './videos.ts';

const hugeBytes = 16 * 1024 * 1024;
const type = 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse';
/** One of Google's own (docs on responsible AI, 2026). */
const filterReason =
  'Veo could not generate videos because the input violates the usage guidelines. Support codes: 29310472.';

/** Answers `fetchPredictOperation`, which is a POST. */
export async function answerPoll(world: VertexWorld, asked: Asked, response: ServerResponse): Promise<void> {
  const body = await readJsonObject(asked.request);
  const name = body?.['operationName'];
  if (typeof name !== 'string') return sendError(response, 400, 'operationName is required.');
  world.ledger.checks += 1;
  const counts = world.ledger.task(name);
  counts.checks += 1;
  const operation = world.vertex.operations.get(name);
  const all = mergeBehaviours(behavioursOf(world, operation), asked.header);
  const behaviours = withinTimes(all, counts.checks);
  if (misanswerCheck(world, response, behaviours, { sendStatus, sendPage })) return;
  if (operation === undefined || behaviours.has('null-data')) {
    return sendError(response, 404, `The operation ${name} was not found.`);
  }
  const shown = behaviours.has('wrong-id') ? `${name}-other` : name;
  if (behaviours.has('stuck') || world.now() < operation.finishesAt)
    return sendJson(response, { name: shown });
  const failure = failureOf(behaviours);
  if (failure !== null) return sendJson(response, { name: shown, done: true, ...failure });
  const uri = gcsUriOf(operation, behaviours);
  if (uri !== null) {
    const videos = behaviours.has('no-url') ? [] : [{ gcsUri: uri, mimeType: 'video/mp4' }];
    const text = JSON.stringify({
      name: shown,
      done: true,
      response: { '@type': type, raiMediaFilteredCount: 0, videos },
      ...(behaviours.has('check-huge') && { padding: 'x'.repeat(hugeBytes) }),
    });
    const cut = behaviours.has('check-malformed') ? text.slice(0, text.length / 2) : text;
    return sendText(response, cut, 'application/json; charset=UTF-8');
  }
  await sendInline(world, operation, behaviours, response, shown);
}

/** The end of an operation without a video; null where it has one. Errors carry the numbers of gRPC. */
function failureOf(behaviours: Behaviours): object | null {
  const code = behaviours.get('google-error') ?? (behaviours.has('fail') ? '13' : undefined);
  if (code !== undefined)
    return { error: { code: Number(code), message: `The operation ended with ${code}.` } };
  if (behaviours.has('odd-state')) return { result: { clips: [] } };
  if (!behaviours.has('filtered')) return null;
  return {
    response: { '@type': type, raiMediaFilteredCount: 1, raiMediaFilteredReasons: [filterReason] },
  };
}

/** Where the video of an operation is in Cloud Storage; null where it is inside of the response. */
export function gcsUriOf(operation: Operation, behaviours: Behaviours): string | null {
  const folder = operation.storageUri ?? (behaviours.has('google-gcs') ? 'gs://simulator/videos' : null);
  if (behaviours.has('no-url') && folder === null) return 'gs://simulator/none';
  return folder === null
    ? null
    : `${folder}/${operation.name.slice(operation.name.lastIndexOf('/') + 1)}/sample_0.mp4`;
}

/** The response with the video in base64, written as it is encoded. */
async function sendInline(
  world: VertexWorld,
  operation: Operation,
  behaviours: Behaviours,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const { timers } = world;
  const slowMs = behaviours.has('file-slow') ? 50 : 0;
  async function* body() {
    yield `{\n  "name": ${JSON.stringify(name)},\n  "done": true,\n  "response": {\n    "@type": "${type}",\n    "videos": [\n      {\n        "bytesBase64Encoded": "`;
    let rest: Buffer = Buffer.alloc(0);
    let sent = 0;
    for (const part of videoOf(world, operation)) {
      const all = Buffer.concat([rest, part]);
      const whole = all.byteLength - (all.byteLength % 3);
      rest = all.subarray(whole);
      sent += whole;
      yield all.toString('base64', 0, whole);
      if (behaviours.has('file-cut') && sent > 0) throw new Error('cut');
      if (slowMs > 0) await new Promise<void>((resolve) => timers.after(slowMs, resolve));
    }
    yield rest.toString('base64');
    yield '",\n        "mimeType": "video/mp4"\n      }\n    ]\n  }\n}\n';
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
  // A client may take the beginning alone; a cut is meant.
  await pipeline(Readable.from(body()), response).catch(() => response.destroy());
}
