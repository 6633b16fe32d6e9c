import { readdir } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStore } from '../../../src/media/storage/file-store.ts';
import type { MediaStore } from '../../../src/media/storage/media-store.ts';
import { S3Store } from '../../../src/media/storage/s3-store.ts';
import { startS3, type TestS3 } from '../../support/s3/s3-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A store, and how a test looks behind it. */
interface Specimen extends AsyncDisposable {
  readonly store: MediaStore;
  /** The keys of all files in it, in order; of unfinished ones too. */
  keys(): Promise<string[]>;
}

const silent = pino({ level: 'silent' });

async function openFileStore(): Promise<Specimen> {
  const folder = await temporaryFolder();
  const store = await FileStore.open(folder.path, silent);
  return {
    store,
    keys: async () => (await readdir(folder.path)).toSorted(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function openS3Store(s3: TestS3, prefix: string): Promise<Specimen> {
  const folder = await temporaryFolder();
  const store = await S3Store.open({ ...s3.location, prefix: `media/${prefix}` }, folder.path, silent);
  return {
    store,
    keys: async () => {
      const objects = (await s3.keys()).filter((key) => key.startsWith(`${prefix}/`));
      const own = objects.map((key) => key.slice(prefix.length + 1)).filter((key) => key !== 'reelay-probe');
      return [...own, ...(await readdir(folder.path))].toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Two parts of an upload and a bit. */
const large = Buffer.alloc(17 * 1024 ** 2 + 7, 'the bytes of a video ');

describe.each(['file', 's3'] as const)('a media store (%s)', (kind) => {
  let s3: TestS3;
  let opened = 0;
  beforeAll(async () => {
    if (kind === 's3') s3 = await startS3();
  });
  afterAll(async () => {
    if (kind === 's3') await s3[Symbol.asyncDispose]();
  });
  const open = () => (kind === 'file' ? openFileStore() : openS3Store(s3, `store-${(opened += 1)}`));
  const read = async (store: MediaStore, key: string, start = 0, end = Infinity) => {
    const file = await store.find(key);
    const content = await file?.read(start, Math.min(end, file.sizeBytes - 1));
    return content === null || content === undefined ? null : String(await buffer(content));
  };

  it('returns what was written: its size, its time, all of it and each part', async () => {
    await using specimen = await open();
    const { store } = specimen;
    const before = Date.now();
    await store.write('a.mp4', [Buffer.from('0123'), Buffer.from('456789')]);
    const file = await store.find('a.mp4');
    expect(file?.sizeBytes).toBe(10);
    // S3 has whole seconds.
    expect(file?.modifiedAt.getTime()).toBeGreaterThan(before - 2000);
    expect(file?.modifiedAt.getTime()).toBeLessThan(Date.now() + 2000);
    expect([
      await read(store, 'a.mp4'),
      await read(store, 'a.mp4', 0, 1),
      await read(store, 'a.mp4', 9, 9),
      await read(store, 'a.mp4', 3, 5),
    ]).toEqual(['0123456789', '01', '9', '345']);
  });

  it('keeps a file of many parts as it is', async () => {
    await using specimen = await open();
    await specimen.store.write('a.mp4', [large.subarray(0, 1000), large.subarray(1000)]);
    const file = await specimen.store.find('a.mp4');
    expect(file?.sizeBytes).toBe(large.byteLength);
    const content = await file?.read(0, large.byteLength - 1);
    expect(content && (await buffer(content)).equals(large)).toBe(true);
  });

  it('keeps nothing that is refused when it is verified, and passes the refusal on', async () => {
    await using specimen = await open();
    const seen: string[] = [];
    const writing = specimen.store.write(
      'a.mp4',
      [Buffer.from('abc'), Buffer.from('def')],
      async (written) => {
        seen.push(String(await written.read(2, 100)), String(written.sizeBytes));
        expect(await specimen.store.find('a.mp4')).toBeNull();
        throw new RangeError('not so');
      },
    );
    await expect(writing).rejects.toThrow(RangeError);
    expect([seen, await specimen.keys()]).toEqual([['cdef', '6'], []]);
  });

  it('keeps nothing of a source that fails, and passes that on', async () => {
    await using specimen = await open();
    const source = async function* () {
      yield large;
      await Promise.resolve();
      throw new RangeError('cut');
    };
    await expect(specimen.store.write('a.mp4', source())).rejects.toThrow(RangeError);
    await expect(specimen.store.receive(source())).rejects.toThrow(RangeError);
    expect(await specimen.keys()).toEqual([]);
  });

  it('takes a file without a key, which disappears unless it is kept', async () => {
    await using specimen = await open();
    const { store } = specimen;
    {
      await using lost = await store.receive([Buffer.from('lost')]);
      await using kept = await store.receive([Buffer.from('kept')]);
      expect(lost.size).toBe(4);
      expect(String(await kept.inspect((content) => content.read(1, 2)))).toBe('ep');
      await kept.keepAs('a.png');
    }
    expect([await specimen.keys(), await read(store, 'a.png')]).toEqual([['a.png'], 'kept']);
  });

  it('hands a file out to be sent on, and holds nothing of it afterwards', async () => {
    await using specimen = await open();
    const { store } = specimen;
    await store.write('a.png', [Buffer.from('picture')]);
    {
      await using file = await store.open('a.png', 'image/png');
      expect([file?.blob.type, file?.blob.size, await file?.blob.text()]).toEqual([
        'image/png',
        7,
        'picture',
      ]);
    }
    expect([await store.open('b.png', 'image/png'), await specimen.keys()]).toEqual([null, ['a.png']]);
  });

  it('copies a file; each of the two goes alone', async () => {
    await using specimen = await open();
    const { store } = specimen;
    await store.write('a.png', [Buffer.from('picture')]);
    expect([await store.copy('a.png', 'b.png'), await store.copy('c.png', 'd.png')]).toEqual([true, false]);
    await store.remove('a.png');
    expect([await read(store, 'b.png'), await specimen.keys()]).toEqual(['picture', ['b.png']]);
  });

  it('removes a file, also one that was found before, and one that is not there', async () => {
    await using specimen = await open();
    const { store } = specimen;
    await store.write('a.mp4', [Buffer.from('0123456789')]);
    const found = await store.find('a.mp4');
    await store.remove('a.mp4');
    await store.remove('a.mp4');
    expect([await store.find('a.mp4'), await found?.read(0, 9), await specimen.keys()]).toEqual([
      null,
      null,
      [],
    ]);
  });

  it('can be used, and discards a file as a whole', async () => {
    await using specimen = await open();
    await specimen.store.write('a.mp4', [Buffer.from('a')]);
    await specimen.store.checkUsable();
    await specimen.store.discard('b.mp4');
    expect(await specimen.keys()).toEqual(['a.mp4']);
    await specimen.store.discard('a.mp4');
    expect(await specimen.keys()).toEqual([]);
  });
});
