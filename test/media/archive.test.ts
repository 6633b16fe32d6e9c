import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Archive } from '../../src/media/archive.ts';
import { MediaFiles } from '../../src/media/media-files.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const sample = await readFile(new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url));

describe('the archive', () => {
  let folder: TemporaryFolder;
  let url: string;
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/whole': (response) => response.end(sample),
    '/mislabelled': (response) => response.setHeader('content-type', 'text/html').end(sample),
    '/page': (response) => response.setHeader('content-type', 'video/mp4').end('<!doctype html><p>gone'),
    '/empty': (response) => response.end(),
    '/gone': (response) => response.writeHead(404).end('gone'),
    '/cut': (response) => {
      response.setHeader('content-length', sample.byteLength);
      response.write(sample.subarray(0, sample.byteLength - 100), () => response.destroy());
    },
    '/redirected': (response) => response.writeHead(302, { location: '/whole' }).end(),
    '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
    '/inside': (response) => response.writeHead(302, { location: 'http://127.0.0.2:1/whole' }).end(),
    '/file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/with-password': (response) =>
      response.writeHead(302, { location: `http://:secret@${new URL(url).host}/whole` }).end(),
    '/silent': () => {},
    '/dripping': (response) => {
      response.write(sample.subarray(0, 5000));
      const drip = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(drip));
    },
  };
  const server = createServer((request, response) => answers[request.url ?? '']?.(response));
  beforeAll(async () => {
    folder = await temporaryFolder();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await folder[Symbol.asyncDispose]();
  });

  const fetched = async (path: string, withinMs = 10_000) => {
    await using archive = new Archive({
      files: await MediaFiles.open(folder.path),
      allowHosts: [new URL(url).host],
      timeoutMs: 300,
      now: () => 7,
      onBegin: () => Promise.resolve(),
    });
    return await archive.fetch(`${url}${path}`, new AbortController().signal, withinMs);
  };

  it.each(['/whole', '/mislabelled', '/redirected'])(
    'keeps the whole video of %s, told by its bytes',
    async (path) => {
      const outcome = await fetched(path);
      expect(outcome).toMatchObject({
        kind: 'stored',
        video: {
          sourceUrl: `${url}${path}`,
          contentType: 'video/mp4',
          bytes: sample.byteLength,
          sha256: createHash('sha256').update(sample).digest('hex'),
          width: 640,
          height: 360,
          durationSeconds: 4,
          archivedAt: 7,
        },
      });
      if (outcome.kind !== 'stored' || outcome.video.mediaKey === null) throw new Error('It has no key');
      expect(outcome.video.mediaKey).toMatch(/^[\w-]{22}\.mp4$/);
      expect(await readFile(join(folder.path, outcome.video.mediaKey))).toEqual(sample);
    },
  );

  it.each([600, 0, -5])(
    'gives up on what drips when %d ms are over, but not before the timeout',
    async (withinMs) => {
      const before = await readdir(folder.path);
      expect(await fetched('/dripping', withinMs)).toEqual({
        kind: 'unreachable',
        reason: expect.stringMatching(/did not arrive within/) as string,
      });
      expect(await readdir(folder.path)).toEqual(before);
    },
  );

  it.each([
    ['/page', 'notVideo', /something that is no video/i],
    ['/empty', 'notVideo', /no video/i],
    ['/file', 'notVideo', /not a plain http/i],
    ['/with-password', 'notVideo', /not a plain http/i],
    ['/gone', 'unreachable', /HTTP status 404/i],
    ['/cut', 'unreachable', /aborted|closed|terminated/i],
    ['/round', 'unreachable', /without end/i],
    ['/silent', 'unreachable', /Timeout/i],
    ['/inside', 'refusedAddress', /private address/i],
  ])('keeps nothing of %s: %s', async (path, kind, reason) => {
    const before = await readdir(folder.path);
    expect(await fetched(path)).toEqual({ kind, reason: expect.stringMatching(reason) as string });
    expect(await readdir(folder.path)).toEqual(before);
  });
});
