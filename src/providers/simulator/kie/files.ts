import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { cutInTheMiddle, sendText } from '../http/respond.ts';
import { isLibraryUserAgent, sendHtml, sendStatus } from './responses.ts';
import { type FileName, unixOf } from './task/file-name.ts';
import { outcomeAt } from './task/outcome.ts';
import { mergeBehaviours, withinTimes } from '../switches.ts';
import { type KieWorld, findTask } from './account-state.ts';
import type { Asked } from '../world.ts';

const trickleBytes = 1024;
const trickleMs = 50;

/** Serves a result, if its task exists, has succeeded, was completed at that second, and is not past its retention. */
export function answerFile(world: KieWorld, asked: Asked, response: ServerResponse, name: FileName): void {
  const task = findTask(world, name.taskId);
  world.ledger.fileFetches += 1;
  const counts = world.ledger.task(name.taskId);
  counts.fileFetches += 1;
  const all = mergeBehaviours(task?.behaviours ?? world.behaviours, asked.header);
  const behaviours = withinTimes(all, counts.fileFetches);
  const userAgent = asked.request.headers['user-agent'];
  // Two clients report 403 for this one; whether the filter goes further is not known.
  const isRefused =
    userAgent?.startsWith('Python-urllib') || (behaviours.has('file-picky') && isLibraryUserAgent(userAgent));
  if (isRefused) return sendText(response, 'error code: 1010', 'text/plain; charset=UTF-8', 403);
  const isThere =
    task !== undefined &&
    unixOf(task) === name.unix &&
    outcomeAt(world, task, task.behaviours, world.now()).kind === 'success' &&
    world.now() < task.finishesAt + world.kie.fileTtlMs;
  if (!isThere || behaviours.has('file-expired')) return sendText(response, 'Not Found', 'text/plain', 404);
  const status = behaviours.get('file-http');
  const redirect = behaviours.get('file-redirect');
  if (status !== undefined) return sendStatus(response, Number(status), 1);
  if (redirect !== undefined) return void response.writeHead(302, { location: redirect }).end();
  if (behaviours.has('file-html')) return sendHtml(response);

  const isTyped = !behaviours.has('file-octet-stream');
  const type = name.kind === 'mp4' ? 'video/mp4' : 'image/jpeg';
  sendBytes(world, asked, response, world.samples(task.aspect, name.kind), {
    type: isTyped ? type : 'application/octet-stream',
    hasRange: !behaviours.has('file-no-range'),
    manner: behaviours.has('file-cut') ? 'cut' : behaviours.has('file-slow') ? 'slow' : 'whole',
  });
}

/** Serves bytes, a range of them if asked for and offered. */
export function sendBytes(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
  bytes: Uint8Array,
  how: { readonly type: string; readonly hasRange: boolean; readonly manner: 'whole' | 'cut' | 'slow' },
): void {
  const range = how.hasRange ? parseRange(asked.request.headers.range, bytes.length) : 'all';
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const part = range === 'all' ? bytes : bytes.subarray(range.first, range.last + 1);
  const status = range === 'all' ? 200 : 206;
  const headers = {
    'content-type': how.type,
    'content-length': String(part.length),
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
    ...(how.hasRange ? { 'accept-ranges': 'bytes' } : {}),
    ...(range === 'all' ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${bytes.length}` }),
  };
  if (asked.request.method === 'HEAD') response.writeHead(status, headers).end();
  else if (how.manner === 'cut') cutInTheMiddle(response, part, status, headers);
  else if (how.manner === 'slow') trickle(world, response.writeHead(status, headers), part);
  else response.writeHead(status, headers).end(part);
}

function trickle(world: KieWorld, response: ServerResponse, bytes: Uint8Array): void {
  if (response.destroyed) return;
  if (bytes.length <= trickleBytes) return void response.end(bytes);
  response.write(bytes.subarray(0, trickleBytes));
  world.timers.after(trickleMs, () => trickle(world, response, bytes.subarray(trickleBytes)));
}

function parseRange(
  header: string | undefined,
  size: number,
): { first: number; last: number } | 'all' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'all';
  const isSuffix = match[1] === '';
  const first = isSuffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = isSuffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return first > last || first >= size ? 'unsatisfiable' : { first, last };
}
