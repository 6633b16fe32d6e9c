import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import { mergeBehaviours, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { behavioursOf, type VertexWorld } from './account-state.ts';
import { gcsUriOf } from './operations.ts';
import { sendError, sendPage, sendStatus } from './responses.ts';
import { sizeOf, videoOf } from './videos.ts';

/** Answers `GET /storage/v1/b/{bucket}/o/{object}?alt=media` of Cloud Storage. */
export async function answerObject(
  world: VertexWorld,
  asked: Asked,
  response: ServerResponse,
  bucket: string,
  object: string,
): Promise<void> {
  world.ledger.fileFetches += 1;
  const uri = `gs://${decodeURIComponent(bucket)}/${decodeURIComponent(object)}`;
  const operation = [...world.vertex.operations.values()].find(
    (one) => gcsUriOf(one, behavioursOf(world, one)) === uri,
  );
  if (operation === undefined || asked.url.searchParams.get('alt') !== 'media') {
    return sendError(response, 404, `No such object: ${uri}`);
  }
  const counts = world.ledger.task(operation.name);
  counts.fileFetches += 1;
  const all = mergeBehaviours(behavioursOf(world, operation), asked.header);
  const behaviours = withinTimes(all, counts.fileFetches);
  const status = behaviours.get('file-http');
  const redirect = behaviours.get('file-redirect');
  if (status !== undefined) return sendStatus(response, Number(status), '1');
  if (redirect !== undefined) return void response.writeHead(302, { location: redirect }).end();
  if (behaviours.has('file-expired')) return sendError(response, 404, `No such object: ${uri}`);
  if (behaviours.has('file-html')) return sendPage(response);
  response.writeHead(200, {
    'content-type': 'video/mp4',
    'content-length': String(sizeOf(videoOf(world, operation))),
  });
  const isCut = behaviours.has('file-cut');
  const parts = function* () {
    for (const part of videoOf(world, operation)) {
      yield isCut ? part.subarray(0, part.byteLength / 2) : part;
      if (isCut) throw new Error('cut');
    }
  };
  await pipeline(Readable.from(parts()), response).catch(() => response.destroy());
}
