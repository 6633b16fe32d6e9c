import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FileStore } from '../../../src/media/storage/file-store.ts';
import { StorageError } from '../../../src/media/storage-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const silent = pino({ level: 'silent' });

describe('the media store', () => {
  it('removes at its start what an earlier process left, and nothing that another one writes', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['old.part', 'new.part', 'kept.mp4']) await writeFile(join(folder.path, name), 'x');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(folder.path, 'old.part'), twoDaysAgo, twoDaysAgo);
    await FileStore.open(folder.path, silent, true);
    expect((await readdir(folder.path)).toSorted()).toEqual(['kept.mp4', 'new.part']);
    await FileStore.open(folder.path, silent);
    expect(await readdir(folder.path)).toEqual(['kept.mp4']);
  });

  it('keeps nothing that is refused when it is verified, and passes the refusal on', async () => {
    await using folder = await temporaryFolder();
    const files = await FileStore.open(folder.path, silent);
    const seen: string[] = [];
    const writing = files.write('a.mp4', [Buffer.from('abc'), Buffer.from('def')], async (written) => {
      seen.push(String(await written.read(2, 100)), String(written.sizeBytes));
      throw new RangeError('not so');
    });
    await expect(writing).rejects.toThrow(RangeError);
    expect([seen, await readdir(folder.path)]).toEqual([['cdef', '6'], []]);
  });

  it('that is full rejects as our fault, leaves nothing, and is not usable until there is space', async () => {
    await using folder = await temporaryFolder();
    const lines: string[] = [];
    const files = await FileStore.open(
      folder.path,
      pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
    );
    // A device that takes nothing.
    await symlink('/dev/full', join(folder.path, 'a.mp4.part'));
    const failure = await files.write('a.mp4', [Buffer.alloc(10)]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StorageError);
    expect(String(failure)).not.toContain(folder.path);
    expect([lines.length, lines[0]]).toEqual([1, expect.stringContaining('ENOSPC')]);
    expect(await readdir(folder.path)).toEqual([]);
    // There is space on the disk that the test runs on.
    await files.checkUsable();
  });

  it.each([
    ['is gone', (directory: string) => rm(directory, { recursive: true })],
    [
      'is a file',
      async (directory: string) => {
        await rm(directory, { recursive: true });
        await writeFile(directory, '');
      },
    ],
  ])('whose folder %s knows nothing of its files', async (_what, breakFolder) => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, 'media');
    const files = await FileStore.open(directory, silent);
    await files.write('a.mp4', [Buffer.from('a')]);
    // A good probe of just now is not believed against a write that fails.
    await files.checkUsable();
    await breakFolder(directory);
    for (const work of [
      () => files.find('a.mp4'),
      () => files.remove('a.mp4'),
      () => files.open('a.mp4', 'video/mp4'),
      () => files.write('b.mp4', [Buffer.from('b')]),
      () => files.checkUsable(),
    ]) {
      await expect(work()).rejects.toThrow(StorageError);
    }
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    expect(await files.find('a.mp4')).toBeNull();
    await files.remove('a.mp4');
    await files.write('b.mp4', [Buffer.from('b')]);
    expect(await files.find('b.mp4')).toMatchObject({ sizeBytes: 1 });
  });
});
