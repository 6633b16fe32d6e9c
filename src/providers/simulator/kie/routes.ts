import type { ServerResponse } from 'node:http';
import { answerCredit, answerDownloadUrl, pathBehindLink } from './account.ts';
import { sendJson } from '../http/respond.ts';
import { isLibraryUserAgent, sendStatus, refusal } from './responses.ts';
import { answerCatalogue } from './catalogue.ts';
import { answerCheck, answerSeedCheck } from './checks.ts';
import { answerCreate } from './creates.ts';
import { readFilePath } from './task/file-name.ts';
import { answerFile, sendBytes } from './files.ts';
import { answer1080p, answer4k } from './upgrades.ts';
import { answerBase64Upload, answerStreamUpload, answerUrlUpload } from './uploads.ts';
import type { KieWorld } from './account-state.ts';
import type { Asked, Wire } from '../world.ts';

type Answer = (world: KieWorld, asked: Asked, response: ServerResponse) => void | Promise<void>;

/** The routes of the API, which all require the key (Kie docs, 2026-06 and 2026-10). */
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

const uploadHostRefusal = { success: false, code: 401, msg: 'Authentication failed: Invalid API Key' };

const catalogueRoute = /^GET \/api\/v1\/models(?:\/.+\/(?:success-rate|price))?$/;

const creates = ['POST /api/v1/jobs/createTask', 'POST /api/v1/veo/generate'];

/** Kie's wire. */
export const kieWire = (world: KieWorld): Wire => ({
  answer: (asked, response) => answer(world, asked, response),
});

async function answer(world: KieWorld, asked: Asked, response: ServerResponse): Promise<boolean> {
  const { request, url } = asked;
  const route = `${request.method} ${url.pathname}`;
  if (answerDownload(world, asked, response)) return true;
  if (creates.includes(route)) world.ledger.createsReceived += 1;
  if (world.behaviours.has('bot-filter') && isLibraryUserAgent(request.headers['user-agent'])) {
    sendStatus(response, 403, 0);
    return true;
  }
  const isAllowed = isAuthorized(world, request.headers.authorization);
  const upload = uploadHost[route];
  const seedTask = /^GET \/v1\/video\/task\/([^/]+)$/.exec(route)?.[1];
  const respond = upload ?? api[route] ?? (catalogueRoute.test(route) ? answerCatalogue : undefined);
  if (respond === undefined && seedTask === undefined) return false;
  if (!isAllowed) sendJson(response, upload === undefined ? refusal('401') : uploadHostRefusal);
  else if (seedTask !== undefined) answerSeedCheck(world, asked, response, seedTask);
  else await respond?.(world, asked, response);
  return true;
}

/** True if the path is that of a result or of an upload: both are served without a key. */
function answerDownload(world: KieWorld, asked: Asked, response: ServerResponse): boolean {
  const { request, url } = asked;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const name = readFilePath(pathBehindLink(world, url.pathname) ?? url.pathname);
  const upload = world.kie.uploads.get(url.pathname.slice(1));
  if (name) answerFile(world, asked, response, name);
  else if (upload) {
    const how = { type: upload.mimeType, hasRange: true, manner: 'whole' } as const;
    sendBytes(world, asked, response, upload.bytes, how);
  } else return false;
  return true;
}

function isAuthorized(world: KieWorld, authorization: string | undefined): boolean {
  const key = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return key !== undefined && (world.kie.apiKey === undefined || key === world.kie.apiKey);
}
