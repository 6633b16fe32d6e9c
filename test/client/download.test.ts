import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../client/cli/download.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const video = Buffer.from('a video of some bytes');

/** Serves the video: cut off in the middle for the first `cuts` requests, and 410 at `/gone`. */
async function startFiles(cuts: number) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === '/gone') {
      response.writeHead(410).end();
    } else if (asked <= cuts) {
      response.writeHead(200, { 'content-length': video.length });
      response.write(video.subarray(0, 5), () => response.destroy());
    } else {
      response.writeHead(200, { 'content-length': video.length }).end(video);
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const { signal } = new AbortController();

describe('a download', () => {
  it('is retried after a cut, and never leaves a partial file under its name', async () => {
    await using folder = await temporaryFolder();
    await using files = await startFiles(1);
    const path = join(folder.path, 'fox.mp4');
    await writeFile(path, 'the one before');
    expect(await download(`${files.url}/fox.mp4`, path, signal)).toEqual({ bytes: video.length });
    expect(await readFile(path)).toEqual(video);
    expect([files.asked(), await readdir(folder.path)]).toEqual([2, ['fox.mp4']]);
  });

  it('continues the part of an earlier one from its end, and is checked by its hash', async () => {
    await using folder = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const server = createServer(({ headers: { range } }, response) => {
      ranges.push(range);
      const start = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
      response.writeHead(start === 0 ? 200 : 206).end(video.subarray(start));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const facts = {
      unfinished: join(folder.path, 'k.part'),
      sha256: createHash('sha256').update(video).digest('hex'),
    };
    try {
      await writeFile(facts.unfinished, video.subarray(0, 5));
      await download(url, join(folder.path, 'fox.mp4'), signal, facts);
      expect([ranges.splice(0), await readFile(join(folder.path, 'fox.mp4'))]).toEqual([['bytes=5-'], video]);
      await writeFile(facts.unfinished, 'other');
      await download(url, join(folder.path, 'fox.mp4'), signal, facts);
      expect([ranges, await readFile(join(folder.path, 'fox.mp4'))]).toEqual([
        ['bytes=5-', undefined],
        video,
      ]);
      expect(await readdir(folder.path)).toEqual(['fox.mp4']);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    }
  });

  it('of a deleted video fails at once, keeps the earlier file, and prints the URL of the video', async () => {
    await using folder = await temporaryFolder();
    await using files = await startFiles(0);
    const path = join(folder.path, 'fox.mp4');
    await writeFile(path, 'the one before');
    await expect(download(`${files.url}/gone`, path, signal)).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringMatching(/HTTP 410.*\/gone$/) as string,
    });
    expect(await readFile(path, 'utf8')).toBe('the one before');
    expect([files.asked(), await readdir(folder.path)]).toEqual([1, ['fox.mp4']]);
  });

  it('into a folder that was removed is not retried', async () => {
    await using folder = await temporaryFolder();
    await using files = await startFiles(0);
    const path = join(folder.path, 'gone', 'fox.mp4');
    await mkdir(join(folder.path, 'gone'));
    await rm(join(folder.path, 'gone'), { recursive: true });
    await expect(download(`${files.url}/fox.mp4`, path, signal)).rejects.toMatchObject({ exitCode: 7 });
    expect(files.asked()).toBe(1);
  });
});
