import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, taken, type KieApp } from '../support/kie-app.ts';
import { startLoopback, type Loopback } from '../support/loopback.ts';
import { changed, sampleVideo, without } from '../support/sample-videos.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchLoop } from '../support/watch-loop.ts';

describe('a finished video', () => {
  let video: Buffer;
  /** What the source serves at an address. */
  const served = new Map<string, (response: ServerResponse) => void>();
  let source: Loopback;
  let app: KieApp;
  beforeAll(async () => {
    video = await sampleVideo();
    source = await startLoopback(({ url = '' }, response) => served.get(url)?.(response));
    app = await startKieApp({}, { durationMs: 0, allowHosts: [source.host] });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
  });

  it.each<[string, RegExp, (response: ServerResponse) => void]>([
    [
      'cut-with-the-connection',
      /mdat is cut off/,
      (response) =>
        response.socket?.end(
          Buffer.concat([
            Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'),
            video.subarray(0, 8000),
          ]),
        ),
    ],
    ['cut-with-its-length', /mdat is cut off/, (response) => response.end(video.subarray(0, 8000))],
    ['without-index', /moov.*missing/, (response) => response.end(without(video, 'moov'))],
    ['a-page', /something that is no video/, (response) => response.end('<!doctype html>')],
  ])('%s stays open with the reason, and completes when the source is whole', async (name, reason, serve) => {
    served.set(`/${name}.mp4`, serve);
    const { id } = await app.as().make(`fox [sim:result-url=${source.url}/${name}.mp4]`);
    const { status, hint, videoUrl } = await app.as().until(id, 'a hint', (task) => task.hint !== null);
    expect([status, hint, videoUrl]).toEqual(['PROCESSING', expect.stringMatching(reason), null]);
    // Others are not delayed.
    await app.as().untilStage((await app.as().make('owl')).id, 'COMPLETED');
    served.set(`/${name}.mp4`, (response) => response.end(video));
    await app.as().untilStage(id, 'COMPLETED');
  });

  it('with tables that claim four billion entries is stored, and delays no other work', async () => {
    const ids: string[] = [];
    for (const [type, at] of [
      ['stts', 16],
      ['ctts', 16],
      ['stss', 12],
    ] as const) {
      if (!video.includes(type, 0, 'latin1')) continue;
      const file = changed(video, type, (box) => box.writeUInt32BE(2 ** 32 - 1, at));
      served.set(`/${type}.mp4`, (response) => response.end(file));
      ids.push((await app.as().make(`fox [sim:result-url=${source.url}/${type}.mp4]`)).id);
    }
    using loop = watchLoop();
    for (const id of ids) await app.as().untilStage(id, 'COMPLETED');
    expect(ids.length).toBeGreaterThan(1);
    expect(loop.longestMs()).toBeLessThan(400);
  });
});

describe('a server whose media folder is removed', () => {
  it('says that it cannot store now, is not ready, and completes when the folder is back', async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'media');
    // Patience does not end by our fault either.
    await using app = await startKieApp({ DATA_DIR: folder.path, PATIENCE_MS: '1000' }, { durationMs: 0 });
    const readyz = async () => (await fetch(`${app.url}/readyz`)).status;
    expect(await readyz()).toBe(200);
    await rm(directory, { recursive: true });
    const { id, createdAt } = { ...(await app.as().make('fox')), createdAt: Date.now() };
    const { status, hint } = await app.as().until(id, 'a hint', (task) => task.hint !== null);
    expect([status, hint]).toEqual([
      'PROCESSING',
      expect.stringMatching(/this server cannot store it now.*tried again/),
    ]);
    expect(hint).not.toContain(folder.path);
    await waitFor('not ready', readyz, (code) => code === 503);
    const refused = (await upload(app.url, png)).body as { errors?: readonly { message: string }[] };
    expect(JSON.stringify(refused.errors)).toMatch(/this server cannot store it now/);
    expect(JSON.stringify(refused)).not.toContain(folder.path);
    await waitFor('the end of the patience', () => Date.now() - createdAt > 1200);
    const { checks } = await app.as().until(id, 'it', () => true);
    await app.as().until(id, 'more checks', (task) => task.checks > checks);
    await mkdir(directory);
    await app.as().untilStage(id, 'COMPLETED');
    await waitFor('ready', readyz, (code) => code === 200);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('does not take an uploaded image for lost', async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'media');
    await using app = await startKieApp({ DATA_DIR: folder.path }, { durationMs: 0 });
    const { body } = await upload(app.url, png);
    const uploadId = body.data?.uploadReferenceImage.image?.uploadId;
    await rm(directory, { recursive: true });
    const { id } = await app.as().make('fox', { referenceImages: [{ uploadId }] });
    const { stage, hint } = await app.as().until(id, 'a hint', (task) => task.hint !== null);
    expect([stage, hint]).toEqual(['WAITING', expect.stringMatching(/this server cannot read them now/)]);
    taken(await app.as().byId('cancelVideoTask', id));
  });

  it('deletes a task whose file cannot be removed, and the file as soon as it can', async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'media');
    const env = { DATA_DIR: folder.path };
    {
      await using app = await startKieApp(env, { durationMs: 0 });
      const { id } = await app.as().make('fox');
      await app.as().untilStage(id, 'COMPLETED');
      await rename(directory, join(folder.path, 'aside'));
      expect(await app.as().delete(id)).toEqual({ deletedId: id, userErrors: [] });
      expect(await app.as().task(id)).toBe(null);
    }
    await rename(join(folder.path, 'aside'), directory);
    await using app = await startKieApp(env, { durationMs: 0 });
    await waitFor('no file', async () => (await readdir(directory)).length === 0);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  });
});
