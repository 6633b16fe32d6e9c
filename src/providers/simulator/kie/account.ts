import type { ServerResponse } from 'node:http';
import { sendJson, readJsonObject } from '../http/respond.ts';
import { ok, refused } from './responses.ts';
import { readFilePath } from './task/file-name.ts';
import { type KieWorld, findTask } from './account-state.ts';
import type { Asked } from '../world.ts';

// Kie docs, 2026-06: the link lives 20 minutes.
const linkMs = 20 * 60_000;

/** Answers `GET /api/v1/chat/credit`: a fractional number. */
export function answerCredit(world: KieWorld, response: ServerResponse): void {
  sendJson(response, ok(world.kie.credits));
}

/**
 * Answers `POST /api/v1/common/download-url`: a temporary link for a file that we made, `url is wrong` for any other
 * (recorded Kie traffic, 2026). The link contains its own expiry.
 */
export async function answerDownloadUrl(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonObject(asked.request);
  const url = body?.['url'];
  const path = typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
  const name = readFilePath(path);
  if (!name || !findTask(world, name.taskId)) return sendJson(response, refused(422, 'url is wrong'));
  sendJson(response, ok(`${world.url}/d/${world.now() + linkMs}${path}`));
}

/** The file path of a temporary link that has not expired yet. */
export function pathBehindLink(world: KieWorld, path: string): string | undefined {
  const match = /^\/d\/(\d{13})(\/.*)$/.exec(path);
  return match && Number(match[1]) > world.now() ? match[2] : undefined;
}
