import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { AllowedHosts, parseAllowedHost } from '../../src/settings/addresses/allowed-hosts.ts';
import { Archive } from '../../src/media/archive.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import type { MediaStore } from '../../src/media/storage/media-store.ts';
import { S3Store } from '../../src/media/storage/s3-store.ts';
import { startS3, type TestS3 } from '../support/s3/s3-server.ts';
import { StorageError } from '../../src/media/storage-error.ts';
import { remuxed, without } from '../support/sample-videos.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** An answer that ends with its connection. */
const raw = (
  response: ServerResponse,
  header: string | Uint8Array,
  body: string | Uint8Array,
  status = '200 OK',
) =>
  response.socket?.end(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 ${status}\r\nConnection: close\r\n`),
      Buffer.from(header),
      Buffer.from(header.length > 0 ? '\r\n\r\n' : '\r\n'),
      Buffer.from(body),
    ]),
  );

const sample = await readFile(new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url));
const recorded = await remuxed(sample, 'matroska, as recorded');

describe.each(['file', 's3'] as const)('the archive, with a store (%s)', (storeKind) => {
  let folder: TemporaryFolder;
  let s3: TestS3 | null = null;
  let store: MediaStore;
  let url: string;
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/whole': (response) => response.end(sample),
    '/mislabelled': (response) => response.setHeader('content-type', 'text/html').end(sample),
    '/page': (response) => response.setHeader('content-type', 'video/mp4').end('<!doctype html><p>gone'),
    '/part': (response) =>
      response
        .writeHead(206, { 'content-range': `bytes 0-${sample.byteLength - 1}/${sample.byteLength}` })
        .end(sample),
    '/packed': (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(sample)),
    '/packed-without-a-word': (response) => response.end(gzipSync(sample)),
    '/packed-in-name-only': (response) => response.setHeader('content-encoding', 'gzip').end(sample),
    '/packed-and-cut': (response) => response.end(gzipSync(sample).subarray(0, 8000)),
    '/packed-half': (response) => response.end(gzipSync(sample.subarray(0, 8000))),
    '/half': (response) =>
      response
        .writeHead(206, { 'content-range': `bytes 0-7999/${sample.byteLength}` })
        .end(sample.subarray(0, 8000)),
    '/junk-at-the-end': (response) => response.end(Buffer.concat([sample, Buffer.from('junkjunk')])),
    '/without-length': (response) => raw(response, '', sample),
    '/cut-without-length': (response) => raw(response, '', sample.subarray(0, 8000)),
    '/longer-by-its-length': (response) =>
      raw(response, `Content-Length: ${sample.byteLength + 1000}`, sample),
    '/reset': (response) => {
      response.setHeader('content-length', sample.byteLength);
      response.write(sample.subarray(0, 20), () => response.destroy());
    },
    '/cut-and-longer': (response) =>
      raw(response, `Content-Length: ${sample.byteLength}`, sample.subarray(0, 20_000)),
    '/recorded': (response) => response.end(recorded),
    '/recorded-without-length': (response) => raw(response, '', recorded),
    '/cut-with-its-length': (response) => response.end(sample.subarray(0, 8000)),
    '/without-index': (response) => response.end(without(sample, 'moov')),
    '/first-box': (response) => response.end(sample.subarray(0, 32)),
    '/avi': (response) =>
      response.end(Buffer.from('RIFF\0\0\0\x10AVI LIST\0\0\0\0'.padEnd(6000, '\0'), 'latin1')),
    '/empty': (response) => response.end(),
    '/gone': (response) => response.writeHead(404).end('gone'),
    '/cut': (response) => {
      response.setHeader('content-length', sample.byteLength);
      response.write(sample.subarray(0, sample.byteLength - 100), () => response.destroy());
    },
    '/raw-utf8': (response) => raw(response, 'Location: /видео файл.mp4', '', '302 Found'),
    '/%D0%B2%D0%B8%D0%B4%D0%B5%D0%BE%20%D1%84%D0%B0%D0%B9%D0%BB.mp4': (response) => response.end(sample),
    '/raw-latin1': (response) => raw(response, Buffer.from('Location: /caf\xe9', 'latin1'), '', '302 Found'),
    '/caf%E9': (response) => response.end(sample),
    '/folder/relative': (response) => response.writeHead(302, { location: '../whole?a b' }).end(),
    '/whole?a%20b': (response) => response.end(sample),
    '/twice': (response) =>
      response
        .writeHead(
          302,
          [
            ['location', '/whole'],
            ['location', '/whole'],
          ].flat(),
        )
        .end(),
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
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answers[request.url ?? '']?.(response);
  });
  beforeAll(async () => {
    folder = await temporaryFolder();
    const silent = pino({ level: 'silent' });
    s3 = storeKind === 's3' ? await startS3() : null;
    store =
      s3 === null
        ? await FileStore.open(folder.path, silent)
        : await S3Store.open(s3.location, folder.path, silent);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    if (store instanceof S3Store) await store[Symbol.asyncDispose]();
    await s3?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  /** Every file in the store, and what is left of others. */
  const kept = async () => [...(await readdir(folder.path)), ...((await s3?.keys()) ?? [])].toSorted();

  const fetched = async (path: string, withinMs = 10_000) => {
    await using archive = new Archive({
      files: store,
      allowHosts: new AllowedHosts([parseAllowedHost(new URL(url).host)].filter((host) => host !== null)),
      log: pino({ level: 'silent' }),
      timeoutMs: 300,
      now: () => 7,
      onBegin: () => Promise.resolve(),
    });
    return await archive.fetch(`${url}${path}`, new AbortController().signal, withinMs);
  };

  it.each([
    '/whole',
    '/mislabelled',
    '/part',
    '/packed',
    '/packed-without-a-word',
    '/packed-in-name-only',
    '/without-length',
    '/longer-by-its-length',
    '/redirected',
    '/raw-utf8',
    '/raw-latin1',
    '/folder/relative',
    '/twice',
  ])('keeps the whole video of %s, by its bytes alone', async (path) => {
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
    const file = await store.find(outcome.video.mediaKey);
    const content = await file?.read(0, file.sizeBytes - 1);
    expect(content && (await buffer(content)).equals(sample)).toBe(true);
  });

  it.each([600, 0, -5])(
    'gives up on what drips when %d ms are over, but not before the timeout',
    async (withinMs) => {
      const before = await kept();
      expect(await fetched('/dripping', withinMs)).toEqual({
        kind: 'unreachable',
        reason: expect.stringMatching(/did not arrive within/) as string,
      });
      expect(await kept()).toEqual(before);
    },
  );

  it.each([
    ['/page', 'notVideo', /something that is no video/i],
    ['/empty', 'notVideo', /no video/i],
    ['/file', 'notVideo', /not a plain http/i],
    ['/with-password', 'notVideo', /not a plain http/i],
    ['/avi', 'notVideo', /no MP4, MOV or WebM/],
    ['/half', 'notWhole', /cut off/],
    ['/packed-half', 'notWhole', /cut off/],
    ['/packed-and-cut', 'unreachable', /unexpected end/],
    ['/cut-with-its-length', 'notWhole', /cut off/],
    ['/cut-without-length', 'notWhole', /cut off/],
    ['/recorded-without-length', 'notWhole', /where it ends/],
    ['/without-index', 'notWhole', /moov.*missing/],
    ['/first-box', 'notWhole', /moov.*missing/],
    ['/gone', 'unreachable', /HTTP status 404/i],
    ['/cut-and-longer', 'unreachable', /does not match/i],
    ['/reset', 'unreachable', /closed|reset|aborted|terminated/i],
    ['/cut', 'unreachable', /aborted|closed|terminated/i],
    ['/round', 'unreachable', /without end/i],
    ['/silent', 'unreachable', /Timeout/i],
    ['/inside', 'refusedAddress', /private address/i],
  ])('keeps nothing of %s: %s', async (path, outcome, reason) => {
    const before = await kept();
    expect(await fetched(path)).toEqual({ kind: outcome, reason: expect.stringMatching(reason) as string });
    expect(await kept()).toEqual(before);
  });

  it.each(['/junk-at-the-end', '/recorded'])('keeps %s as it is', async (path) => {
    expect(await fetched(path)).toMatchObject({ kind: 'stored' });
  });

  describe('whose own place fails', () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const archiveIn = async (files: FileStore) =>
      new Archive({
        files,
        allowHosts: new AllowedHosts([parseAllowedHost(new URL(url).host)].filter((host) => host !== null)),
        log,
        timeoutMs: 300,
        now: () => 7,
        onBegin: () => Promise.resolve(),
      });

    it('says so, logs why once, asks no source needlessly, and continues when the folder is back', async () => {
      await using place = await temporaryFolder();
      const directory = join(place.path, 'media');
      const files = await FileStore.open(directory, log);
      await using archive = await archiveIn(files);
      const fetch = () => archive.fetch(`${url}/whole`, new AbortController().signal, 1000);
      await rm(directory, { recursive: true });
      const before = asked;
      lines.length = 0;
      const ownFault = { kind: 'ownFault', reason: 'this server cannot store it now' };
      expect([await fetch(), await fetch()]).toEqual([ownFault, ownFault]);
      expect([asked - before, lines.length]).toEqual([0, 1]);
      expect(lines[0]).toMatch(/ENOENT/);
      await expect(files.checkUsable()).rejects.toThrow(StorageError);
      await mkdir(directory);
      await waitFor('another try', fetch, ({ kind }) => kind === 'stored');
      await expect(files.checkUsable()).resolves.toBeUndefined();
    });

    it('does not take a database that fails for a source that fails', async () => {
      await using archive = new Archive({
        files: await FileStore.open(folder.path, log),
        allowHosts: new AllowedHosts([parseAllowedHost(new URL(url).host)].filter((host) => host !== null)),
        log,
        timeoutMs: 300,
        now: () => 7,
        onBegin: () => Promise.reject(new Error('SQLITE_FULL')),
      });
      await expect(archive.fetch(`${url}/whole`, new AbortController().signal, 1000)).rejects.toThrow(
        'SQLITE_FULL',
      );
    });
  });
});
