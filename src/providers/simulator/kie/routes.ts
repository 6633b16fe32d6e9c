import type { ServerResponse } from 'node:http';
import { answerCredit, answerDownloadUrl, pathBehindLink } from './account.ts';
import { isLibraryUserAgent, refused, sendJson, sendStatus } from './responses.ts';
import { answerCheck, answerSeedCheck, sendNotFound } from './checks.ts';
import { answerControl } from '../control.ts';
import { answerCreate } from './creates.ts';
import { readFilePath } from './task/file-name.ts';
import { answerFile, sendBytes } from './files.ts';
import { refusal } from './refusals.ts';
import { answer1080p, answer4k } from './upgrades.ts';
import { answerBase64Upload, answerStreamUpload, answerUrlUpload } from './uploads.ts';
import type { Asked, World } from '../world.ts';

type Answer = (world: World, asked: Asked, response: ServerResponse) => void | Promise<void>;

/** The routes of the API, all behind the key (Kie docs, 2026-06 and 2026-10). */
const api: Readonly<Record<string, Answer>> = {
  'POST /api/v1/jobs/createTask': (world, asked, response) => answerCreate(world, asked, response, 'jobs'),
  'GET /api/v1/jobs/recordInfo': (world, asked, response) => answerCheck(world, asked, response, 'jobs'),
  'POST /api/v1/veo/generate': (world, asked, response) => answerCreate(world, asked, response, 'veo'),
  'GET /api/v1/veo/record-info': (world, asked, response) => answerCheck(world, asked, response, 'veo'),
  'GET /api/v1/veo/get-1080p-video': answer1080p,
  'POST /api/v1/veo/get-4k-video': answer4k,
  'GET /api/v1/chat/credit': (world, _asked, response) => answerCredit(world, response),
  'POST /api/v1/common/download-url': answerDownloadUrl,
};

/** The routes of the upload host, which has an error shape of its own; here it is the same server. */
const uploadHost: Readonly<Record<string, Answer>> = {
  'POST /api/file-stream-upload': answerStreamUpload,
  'POST /api/file-base64-upload': answerBase64Upload,
  'POST /api/file-url-upload': answerUrlUpload,
};

const creates = ['POST /api/v1/jobs/createTask', 'POST /api/v1/veo/generate'];

/** Answers one request. */
export async function answer(world: World, asked: Asked, response: ServerResponse): Promise<void> {
  const { request, url } = asked;
  const route = `${request.method} ${url.pathname}`;
  if (url.pathname.startsWith('/_simulator/')) return answerControl(world, asked, response);
  if (request.method === 'GET' || request.method === 'HEAD') {
    const name = readFilePath(pathBehindLink(world, url.pathname) ?? url.pathname);
    if (name) return answerFile(world, asked, response, name);
    const upload = world.uploads.get(url.pathname.slice(1));
    if (upload) {
      return sendBytes(world, asked, response, upload.bytes, {
        type: upload.mimeType,
        hasRange: true,
        manner: 'whole',
      });
    }
  }
  if (creates.includes(route)) world.ledger.createsReceived += 1;
  if (world.behaviours.has('bot-filter') && isLibraryUserAgent(request.headers['user-agent'])) {
    return sendStatus(response, 403, 0);
  }
  const isAllowed = isAuthorized(world, request.headers.authorization);
  const upload = uploadHost[route];
  if (upload) {
    const failure = { success: false, code: 401, msg: 'Authentication failed: Invalid API Key' };
    return isAllowed ? upload(world, asked, response) : sendJson(response, failure);
  }
  const seedTask = /^GET \/v1\/video\/task\/([^/]+)$/.exec(route)?.[1];
  if (!isAllowed && (api[route] || seedTask)) return sendJson(response, refusal('401'));
  if (seedTask) return answerSeedCheck(world, asked, response, seedTask);
  return (api[route] ?? ((_world, _asked, to) => sendNotFound(to)))(world, asked, response);
}

/** Answers a request whose `x-simulator` header makes no sense. */
export function refuseHeader(response: ServerResponse, why: string): void {
  sendJson(response, refused(422, why));
}

function isAuthorized(world: World, authorization: string | undefined): boolean {
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return key !== undefined && (world.apiKey === undefined || key === world.apiKey);
}
