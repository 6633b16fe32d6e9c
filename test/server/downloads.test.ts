import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VideoTask } from '../../src/domain/video-task.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import type { TaskOverrides } from '../support/sample-task.ts';
import { readZip } from '../support/read-zip.ts';
import { waitFor } from '../support/wait-for.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer({ API_KEYS: 'anna:the-long-key-of-anna,ben:the-long-key-of-ben' });
});
afterAll(() => server[Symbol.asyncDispose]());

const anna = 'key:anna' as VideoTask['owner'];

/** A finished video with its file; without `bytes` its file is missing. */
async function finished(
  overrides: TaskOverrides,
  bytes: Buffer | null = randomBytes(50),
): Promise<VideoTask> {
  const task = await server.create({ owner: anna, ...overrides });
  await server.generate(task);
  if (bytes !== null) await server.files.write(`${task.id}.mp4`, [bytes]);
  return server.complete(task);
}

const post = (ids: unknown, key = 'the-long-key-of-anna') =>
  fetch(`${server.url}/downloads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ids }),
  });

const zipOf = async (response: Response) => {
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  return readZip(Buffer.from(await response.arrayBuffer()));
};

describe('a download of many', () => {
  it('is a zip of the videos as they are, named by label or prompt and day, each once', async () => {
    const bytes = randomBytes(300_000);
    const tasks = [
      await finished({ label: 'SKU 1/2: «Кольцо»' }, bytes),
      await finished({ label: 'SKU 1/2: «Кольцо»' }),
      await finished({ prompt: 'A  ring\nturns\u202e in the light' }),
    ];
    const day = new Date().toISOString().slice(0, 10);
    const byIds = await zipOf(await post(tasks.map(({ id }) => toGlobalId(id))));
    expect([...byIds.keys()]).toEqual([
      `SKU-1-2-«Кольцо»_${day}.mp4`,
      `SKU-1-2-«Кольцо»_${day}_2.mp4`,
      `A-ring-turns-in-the-light_${day}.mp4`,
    ]);
    expect(byIds.get(`SKU-1-2-«Кольцо»_${day}.mp4`)?.equals(bytes)).toBe(true);
    const keys = tasks.map(({ result }) => `key=${result.video?.mediaKey}`).join('&');
    expect([...(await zipOf(await fetch(`${server.url}/downloads?${keys}`))).keys()]).toEqual([
      ...byIds.keys(),
    ]);
  });

  it('names what is missing in a text, and tells a task of another owner from none in no way', async () => {
    const [there, gone, theirs] = [
      await finished({ label: 'there' }),
      await finished({ label: 'gone' }, null),
      await finished({ label: 'theirs', owner: 'key:ben' as VideoTask['owner'] }),
    ];
    const open = await server.create({ owner: anna });
    const ids = [there, gone, theirs, open].map(({ id }) => toGlobalId(id));
    const zip = await zipOf(await post([...ids, 'nonsense']));
    expect(zip.size).toBe(2);
    expect(zip.get('missing.txt')?.toString().split('\n').slice(1, -1)).toEqual([
      ...ids.slice(1),
      'nonsense',
    ]);
  });

  it.each<[string, unknown]>([
    ['no ids', []],
    ['something else', 'all'],
    ['too many ids', Array.from({ length: 201 }, (_, index) => `task_${index}`)],
  ])('of %s is refused', async (_what, ids) => {
    expect((await post(ids)).status).toBe(400);
  });

  it('by ids takes the key of an owner, and by media keys none', async () => {
    expect((await post(['task_x'], 'wrong-key-of-somebody')).status).toBe(401);
    expect((await fetch(`${server.url}/downloads`)).status).toBe(400);
    expect([...(await zipOf(await fetch(`${server.url}/downloads?key=no-such-key`))).keys()]).toEqual([
      'missing.txt',
    ]);
  });

  it('holds only what the client takes, and closes the file when the client leaves', async () => {
    const size = 64 * 1024 * 1024;
    const big = await finished({ label: 'big' }, Buffer.alloc(size));
    const abort = new AbortController();
    const response = await fetch(`${server.url}/downloads?key=${big.result.video?.mediaKey}`, {
      signal: abort.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const openFiles = () =>
      process.getActiveResourcesInfo().filter((name) => /FSReq|FileHandle/.test(name)).length;
    const before = process.memoryUsage().arrayBuffers;
    await waitFor('reads to pause', openFiles, (count) => count === 0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(size / 2);
    abort.abort();
    // The server answers on, and a second download is whole.
    const again = await zipOf(await fetch(`${server.url}/downloads?key=${big.result.video?.mediaKey}`));
    expect([...again.values()].map(({ length }) => length)).toEqual([size]);
  });
});

it('a single download has the name of its task, in any script', async () => {
  const task = await finished({ label: 'Кольцо "1"' });
  const day = new Date().toISOString().slice(0, 10);
  const { headers } = await fetch(`${server.url}/media/${task.result.video?.mediaKey}?download`);
  expect(headers.get('content-disposition')).toBe(
    `attachment; filename="______-1_${day}.mp4"; filename*=UTF-8''${encodeURIComponent('Кольцо-1')}_${day}.mp4`,
  );
});
