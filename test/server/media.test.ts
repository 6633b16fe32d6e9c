import { mkdir, rename, rm } from 'node:fs/promises';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { refusesAll, startS3, type TestS3 } from '../support/s3/s3-server.ts';
import { waitFor } from '../support/wait-for.ts';

const key = `${'a'.repeat(22)}.mp4`;
const bytes = Buffer.from('0123456789');

describe.each(['file', 's3'] as const)('/media from a store (%s)', (kind) => {
  let s3: TestS3 | null = null;
  let server: PushServer;
  beforeAll(async () => {
    s3 = kind === 's3' ? await startS3() : null;
    server = await startPushServer(s3?.env);
    await server.files.write(key, [bytes]);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await s3?.[Symbol.asyncDispose]();
  });

  const ask = async (headers: Record<string, string>, method: 'GET' | 'HEAD' = 'GET', path = key) => {
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(`${server.url}/media/${path}`, { method, headers });
    return { status: statusCode, headers: answered, text: await body.text() };
  };

  it.each<[string, Record<string, string>, number, string, string | undefined]>([
    ['no Range', {}, 200, '0123456789', undefined],
    ['the first bytes', { range: 'bytes=0-3' }, 206, '0123', 'bytes 0-3/10'],
    ['one byte', { range: 'bytes=9-9' }, 206, '9', 'bytes 9-9/10'],
    ['an open end', { range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
    ['an end beyond the file', { range: 'bytes=7-99' }, 206, '789', 'bytes 7-9/10'],
    ['the last bytes', { range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
    ['more last bytes than there are', { range: 'bytes=-99' }, 206, '0123456789', 'bytes 0-9/10'],
    ['another unit', { range: 'lines=0-1' }, 200, '0123456789', undefined],
    ['the tag in If-Range', { range: 'bytes=0-1', 'if-range': `"${key}"` }, 206, '01', 'bytes 0-1/10'],
    [
      'a weak tag in If-Range',
      { range: 'bytes=0-1', 'if-range': `W/"${key}"` },
      200,
      '0123456789',
      undefined,
    ],
    ['another tag in If-Range', { range: 'bytes=0-1', 'if-range': '"b"' }, 200, '0123456789', undefined],
    ['the tag in If-Match', { 'if-match': `"${key}"` }, 200, '0123456789', undefined],
  ])('answers %s', async (_what, headers, status, text, contentRange) => {
    const answer = await ask(headers);
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([
      status,
      text,
      contentRange,
    ]);
    expect(answer.headers).toMatchObject({
      etag: `"${key}"`,
      'accept-ranges': 'bytes',
      'content-type': 'video/mp4',
      // A cache asks each time, so that what was deleted is gone.
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['a matching tag', { 'if-none-match': `"${key}"` }],
    ['a weak form of it', { 'if-none-match': `W/"${key}"` }],
    ['any', { 'if-none-match': '*' }],
    ['a matching tag at a reload', { 'if-none-match': `"${key}"`, 'cache-control': 'no-cache' }],
  ])('has not changed for %s', async (_what, headers) => {
    const answer = await ask(headers);
    expect([answer.status, answer.text]).toEqual([304, '']);
  });

  it.each<[string, Record<string, string>, string, number, string | undefined]>([
    ['a Range outside', { range: 'bytes=10-' }, key, 416, 'bytes */10'],
    ['the last zero bytes', { range: 'bytes=-0' }, key, 416, 'bytes */10'],
    ['another tag', { 'if-match': '"b"' }, key, 412, undefined],
    [
      'a time before the file',
      { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
      key,
      412,
      undefined,
    ],
    ['an unknown key', {}, `${'b'.repeat(22)}.mp4`, 404, undefined],
    ['no key at all', {}, 'reelay.db', 404, undefined],
    ['a way out of the folder', {}, '..%2f..%2fetc%2fpasswd', 404, undefined],
  ])('refuses %s, and keeps it out of caches', async (_what, headers, path, status, contentRange) => {
    const answer = await ask(headers, 'GET', `${path}?download`);
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    expect(Object.keys(answer.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/cache-control|etag|last-modified|content-disposition/)]),
    );
  });

  it('returns the size to HEAD, and a name for downloads', async () => {
    expect((await ask({}, 'HEAD')).headers['content-length']).toBe('10');
    expect((await ask({}, 'HEAD', `${key}?download`)).headers['content-disposition']).toBe(
      `attachment; filename="${key}"`,
    );
  });

  it.each<[string, 'GET' | 'HEAD', string, Record<string, string>, number]>([
    ['a file', 'GET', key, {}, 200],
    ['a part of it', 'GET', key, { range: 'bytes=0-1' }, 206],
    ['its headers', 'HEAD', key, {}, 200],
    ['no change', 'GET', key, { 'if-none-match': `"${key}"` }, 304],
    ['a Range outside', 'GET', key, { range: 'bytes=10-' }, 416],
    ['an unknown key', 'GET', `${'b'.repeat(22)}.mp4`, {}, 404],
  ])('lets a page of any site read %s', async (_what, method, path, headers, status) => {
    for (const origin of ['http://localhost:5173', 'https://shop.example', 'null']) {
      const answer = await ask({ ...headers, origin, 'sec-fetch-site': 'cross-site' }, method, path);
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, '*']);
      expect(answer.headers['access-control-expose-headers']).toMatch(/content-range/);
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('answers the preflight of any page, and takes nothing but reads', async () => {
    const { statusCode, headers } = await request(`${server.url}/media/${key}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range, if-range, x-player',
      },
    });
    expect([statusCode, headers]).toMatchObject([
      204,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD',
        'access-control-allow-headers': 'range, if-range, x-player',
      },
    ]);
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const answer = await request(`${server.url}/media/${key}`, { method });
      await answer.body.dump();
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  it('does not serve from a cache what was deleted', async () => {
    const deleted = `${'d'.repeat(22)}.mp4`;
    await server.files.write(deleted, [bytes]);
    expect((await ask({}, 'GET', deleted)).status).toBe(200);
    await server.files.remove(deleted);
    expect((await ask({ 'if-none-match': `"${deleted}"` }, 'GET', deleted)).status).toBe(404);
  });

  it.runIf(kind === 's3')('says that it is its own fault when the bucket refuses it', async () => {
    s3?.spoil(refusesAll(403, 'AccessDenied'));
    const refused = await ask({});
    expect([refused.status, refused.text]).toEqual([
      503,
      expect.not.stringMatching(/bucket|denied|reelay-/i),
    ]);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    s3?.spoil(null);
    expect((await ask({})).status).toBe(200);
    const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
    await waitFor('to be ready', readyz, (status) => status === 200);
  });

  it.runIf(kind === 's3')('cuts a response that the bucket cuts, so that a client sees it', async () => {
    const long = `${'c'.repeat(22)}.mp4`;
    await server.files.write(long, [Buffer.alloc(1_000_000, 'x')]);
    s3?.spoil((incoming, response) => {
      if (incoming.method !== 'GET') return false;
      response.writeHead(206, { 'content-length': 1_000_000, 'content-range': 'bytes 0-999999/1000000' });
      response.write(Buffer.alloc(400_000, 'x'), () => response.destroy());
      return true;
    });
    await expect(ask({}, 'GET', long)).rejects.toThrow(/closed|terminated|aborted|other side/i);
    s3?.spoil(null);
    expect((await ask({ range: 'bytes=400000-' }, 'GET', long)).text).toBe('x'.repeat(600_000));
  });

  it.runIf(kind === 'file')(
    'says that it is its own fault when the folder is gone, and serves again when it is back',
    async () => {
      const aside = `${server.mediaDirectory}-aside`;
      await rename(server.mediaDirectory, aside);
      const gone = await ask({});
      expect([gone.status, gone.text]).toEqual([503, expect.not.stringContaining(server.mediaDirectory)]);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      await mkdir(server.mediaDirectory);
      expect((await ask({})).status).toBe(404);
      await rm(server.mediaDirectory, { recursive: true });
      await rename(aside, server.mediaDirectory);
      expect((await ask({})).status).toBe(200);
    },
  );
});
