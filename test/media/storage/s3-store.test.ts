import { readdir } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3Store } from '../../../src/media/storage/s3-store.ts';
import { StorageError } from '../../../src/media/storage-error.ts';
import { refusesAll, startS3, type S3Fault, type TestS3 } from '../../support/s3/s3-server.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

/** Three parts of an upload. */
const large = Buffer.alloc(17 * 1024 ** 2, 'the bytes of a video ');

const isPart = (url: string | undefined, number: number): boolean =>
  new URLSearchParams(url?.split('?')[1]).get('partNumber') === String(number);

describe('a bucket', () => {
  let s3: TestS3;
  let folder: TemporaryFolder;
  let patient: S3Store;
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  beforeAll(async () => {
    s3 = await startS3();
    folder = await temporaryFolder();
  });
  beforeEach(async () => {
    lines.length = 0;
    patient = await S3Store.open(s3.location, folder.path, log);
    return async () => {
      s3.spoil(null);
      await patient[Symbol.asyncDispose]();
    };
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  it('is asked once by all who ask for one file at the same time', async () => {
    await patient.write('v.mp4', [Buffer.from('a video')]);
    let asked = 0;
    s3.spoil(({ method }) => {
      if (method === 'HEAD') asked += 1;
      return false;
    });
    const found = await Promise.all(Array.from({ length: 200 }, () => patient.find('v.mp4')));
    expect(found.every((file) => file?.sizeBytes === 7)).toBe(true);
    expect(asked).toBe(1);
    await patient.remove('v.mp4');
    expect(await patient.find('v.mp4')).toBeNull();
    expect(asked).toBe(2);
  });

  it.each<[string, S3Fault, RegExp]>([
    ['is down', (_incoming, response) => Boolean(response.destroy()), /ECONNRESET|socket hang up/],
    ['refuses the key', refusesAll(403, 'AccessDenied'), /AccessDenied \(HTTP 403\)/],
    ['is full', refusesAll(507, 'XMinioStorageFull'), /XMinioStorageFull \(HTTP 507\)/],
    ['is gone', refusesAll(404, 'NoSuchBucket'), /NoSuchBucket \(HTTP 404\)/],
    ['has a fault', refusesAll(500, 'InternalError'), /InternalError \(HTTP 500\)/],
    ['never answers', () => true, /ETIMEDOUT|TimeoutError/],
  ])('that %s is a fault of ours, logged once, without a secret', async (what, fault, reason) => {
    s3.spoil(fault);
    await using impatient = await S3Store.open(s3.location, folder.path, log, 100);
    const store = what === 'never answers' ? impatient : patient;
    for (const work of [
      () => store.write('a.mp4', [large]),
      () => store.checkUsable(),
      () => store.find('a.mp4'),
      () => store.open('a.mp4', 'video/mp4'),
    ]) {
      const failure: unknown = await work().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StorageError);
      expect(String(failure)).toBe('StorageError: The media store cannot be used');
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"level":50/);
    expect(lines[0]).toMatch(reason);
    expect(lines[0]).not.toMatch(/test-secret|test-key-id|a\.mp4|authorization/i);
    expect([await s3.keys(), await readdir(folder.path)]).toEqual([[], []]);
  });

  it('that fails in the middle of a file keeps no part of it, and takes it the next time', async () => {
    s3.spoil(
      (incoming, response) => isPart(incoming.url, 2) && refusesAll(500, 'InternalError')(incoming, response),
    );
    await expect(patient.write('a.mp4', [large])).rejects.toThrow(StorageError);
    expect([await s3.keys(), s3.unfinished(), await readdir(folder.path)]).toEqual([[], 0, []]);
    s3.spoil(null);
    await patient.write('a.mp4', [large]);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the media bucket cannot be used',
      'the media bucket can be used again',
    ]);
    await patient.remove('a.mp4');
  });

  it('that fails once is asked again at once', async () => {
    let failures = 1;
    s3.spoil(
      (incoming, response) =>
        isPart(incoming.url, 2) && failures-- > 0 && refusesAll(503, 'SlowDown')(incoming, response),
    );
    await patient.write('a.mp4', [large]);
    expect([lines, await s3.keys()]).toEqual([[], ['a.mp4']]);
    await patient.remove('a.mp4');
  });

  it('gets checksums with every part, or none where it does not implement them', async () => {
    const sent: (string | undefined)[] = [];
    s3.spoil((incoming) => {
      if (incoming.method === 'PUT') sent.push(String(incoming.headers['x-amz-checksum-crc32']));
      return false;
    });
    await patient.write('a.mp4', [large]);
    expect(sent).toEqual([1, 2, 3].map(() => expect.stringMatching(/^[\w+/]{6}==$/) as string));
    s3.spoil(
      (incoming, response) =>
        incoming.headers['x-amz-checksum-crc32'] !== undefined &&
        refusesAll(501, 'NotImplemented')(incoming, response),
    );
    await patient.write('b.mp4', [large]);
    expect(await s3.keys()).toEqual(['a.mp4', 'b.mp4']);
    await Promise.all(['a.mp4', 'b.mp4'].map((key) => patient.remove(key)));
  });

  it('is rid of an upload that a killed process began once its file is discarded', async () => {
    const begun = Promise.withResolvers<void>();
    let hold: () => unknown = () => {};
    s3.spoil((incoming, response) => {
      if (!isPart(incoming.url, 2)) return false;
      hold = () => response.destroy();
      begun.resolve();
      return true;
    });
    const killed = await S3Store.open(s3.location, folder.path, log);
    const writing = killed.write('a.mp4', [large]).catch((error: unknown) => error);
    await begun.promise;
    expect(s3.unfinished()).toBe(1);
    await patient.discard('b.mp4');
    expect(s3.unfinished()).toBe(1);
    await patient.discard('a.mp4');
    expect([s3.unfinished(), await s3.keys()]).toEqual([0, []]);
    s3.spoil(refusesAll(404, 'NoSuchUpload'));
    hold();
    await writing;
    await killed[Symbol.asyncDispose]();
  });
});
