import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { cutInTheMiddle, sendJson, sendNotFound } from '../http/respond.ts';
import { type Behaviours, mergeBehaviours, withinTimes } from '../switches.ts';
import type { Asked } from '../world.ts';
import { behavioursOf, type GeminiWorld, type Interaction } from './account-state.ts';
import { hasEnded } from './record.ts';
import { sendError, sendPage, sendStatus } from './responses.ts';

/** The number of times that a `late` file is reported as PROCESSING. */
const lateChecks = 2;
/** The lifetime of a file: two days (Google's guide). */
const lifetimeMs = 172_800_000;
/** The segment below which videos are, at an origin that is not the API's. */
const mediaPath = '/google-media/';

/** Answers `GET /v1beta/files/{id}`: the state of the file. */
export function answerFileState(world: GeminiWorld, response: ServerResponse, fileId: string): void {
  const found = findFile(world, fileId);
  if (found === null) return sendError(response, 404, 'Requested entity was not found.');
  const { interaction, behaviours } = found;
  interaction.fileChecks += 1;
  const wanted = behaviours.get('google-file');
  if (wanted === 'gone') return sendError(response, 404, 'Requested entity was not found.');
  const state = stateOf(wanted, interaction.fileChecks);
  const bytes = world.samples(interaction.aspect, 'mp4');
  sendJson(response, {
    name: `files/${fileId}`,
    state,
    mimeType: 'video/mp4',
    sizeBytes: String(bytes.length),
    sha256Hash: createHash('sha256').update(bytes).digest('base64'),
    expirationTime: new Date(interaction.finishesAt + lifetimeMs).toISOString(),
    source: 'GENERATED',
    ...(state === 'ACTIVE' && { downloadUri: `${world.url}/v1beta/files/${fileId}:download?alt=media` }),
    ...(state === 'FAILED' && { error: { code: 13, message: 'The file could not be processed.' } }),
  });
}

/**
 * Answers `GET /v1beta/files/{id}:download`: a redirect to another origin, where the request is looked at for the key
 * that must not come with it.
 */
export function answerDownload(world: GeminiWorld, response: ServerResponse, fileId: string): void {
  const found = findFile(world, fileId);
  const { interaction, behaviours } = found ?? {};
  const wanted = behaviours?.get('google-file');
  const isActive =
    interaction !== undefined && wanted !== 'gone' && stateOf(wanted, interaction.fileChecks) === 'ACTIVE';
  if (!isActive)
    return sendError(response, 400, 'The file is not in an ACTIVE state.', 'failed_precondition');
  // The same server by another name: another origin all the same.
  const location = new URL(`${mediaPath}${fileId}`, world.url);
  location.hostname = 'localhost';
  response.writeHead(302, { location: behaviours?.get('file-redirect') ?? location.href }).end();
}

/** Answers the other origin. @returns false for a path that is not there */
export function answerMedia(world: GeminiWorld, asked: Asked, response: ServerResponse): boolean {
  const { pathname, searchParams } = asked.url;
  if (asked.request.method !== 'GET' || !pathname.startsWith(mediaPath)) return false;
  if (asked.request.headers['x-goog-api-key'] !== undefined || searchParams.has('key'))
    world.ledger.leakedKeys += 1;
  world.ledger.fileFetches += 1;
  const found = findFile(world, pathname.slice(mediaPath.length));
  if (found === null) {
    sendNotFound(response);
    return true;
  }
  const { interaction } = found;
  const counts = world.ledger.task(interaction.id);
  counts.fileFetches += 1;
  const behaviours = withinTimes(mergeBehaviours(found.behaviours, asked.header), counts.fileFetches);
  sendVideo(response, behaviours, world.samples(interaction.aspect, 'mp4'));
  return true;
}

function sendVideo(response: ServerResponse, behaviours: Behaviours, bytes: Uint8Array): void {
  const status = behaviours.get('file-http');
  const headers = { 'content-type': 'video/mp4', 'content-length': String(bytes.length) };
  if (status !== undefined) sendStatus(response, Number(status), '1');
  else if (behaviours.has('file-expired')) sendNotFound(response);
  else if (behaviours.has('file-html')) sendPage(response);
  else if (behaviours.has('file-cut')) cutInTheMiddle(response, bytes, 200, headers);
  else response.writeHead(200, headers).end(bytes);
}

function findFile(
  world: GeminiWorld,
  fileId: string,
): { readonly interaction: Interaction; readonly behaviours: Behaviours } | null {
  const interaction = world.gemini.files.get(fileId);
  if (interaction === undefined) return null;
  const behaviours = behavioursOf(world, interaction);
  return hasEnded(interaction, behaviours, world.now()) ? { interaction, behaviours } : null;
}

function stateOf(wanted: string | undefined, checks: number): 'PROCESSING' | 'ACTIVE' | 'FAILED' {
  if (wanted === 'failed') return 'FAILED';
  if (wanted === 'processing' || (wanted === 'late' && checks <= lateChecks)) return 'PROCESSING';
  return 'ACTIVE';
}
