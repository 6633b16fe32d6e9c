import { execFile } from 'node:child_process';
import { cp, glob, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** From the outside in: a room may import from those after it. */
const rooms = ['server', 'schema', 'worker', 'tasks', 'providers', 'events', 'media', 'store', 'time'];

/** Imports between rooms, types included, as `from → to`. */
async function* crossings(): AsyncGenerator<{ from: string; to: string; file: string }> {
  for await (const file of glob('src/*/**/*.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    const from = file.split('/')[1] ?? '';
    for (const [, path = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
      const to = join(file, '..', path).split('/')[1] ?? '';
      if (to !== from) yield { from, to, file };
    }
  }
}

/** Lints a file in `home` that imports one in `other`. */
async function lintedImport(home: string, other: string): Promise<unknown> {
  await using folder = await temporaryFolder();
  await cp(join(root, '.oxlintrc.json'), join(folder.path, '.oxlintrc.json'));
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  await mkdir(join(folder.path, home), { recursive: true });
  await mkdir(join(folder.path, other), { recursive: true });
  await writeFile(join(folder.path, other, 'a.ts'), 'export const a = 1;\n');
  const path = relative(home, `${other}/a.ts`);
  await writeFile(join(folder.path, home, 'b.ts'), `import { a } from '${path}';\nexport const b = a;\n`);
  await writeFile(
    join(folder.path, 'tsconfig.json'),
    '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
  );
  return await promisify(execFile)(join(root, 'node_modules/.bin/oxlint'), [], { cwd: folder.path });
}

describe('the rooms', () => {
  it('import only from rooms below them, types included', async () => {
    const upward: string[] = [];
    let count = 0;
    for await (const { from, to, file } of crossings()) {
      count++;
      if (rooms.indexOf(to) <= rooms.indexOf(from)) upward.push(`${file} imports from ${to}`);
    }
    expect(count).toBeGreaterThan(50);
    expect(upward).toEqual([]);
  });

  it('know nothing of the clients, and the clients nothing of them', async () => {
    const astray: string[] = [];
    const seen = { src: 0, client: 0 };
    for await (const file of glob('{src,client}/**/*.{ts,tsx}', { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8');
      const [home = ''] = file.split('/');
      seen[home as keyof typeof seen] += 1;
      for (const [, path = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
        const [to] = join(file, '..', path).split('/');
        if (to !== home && (to === 'src' || to === 'client')) astray.push(`${file} imports ${path}`);
      }
    }
    expect(Math.min(seen.src, seen.client)).toBeGreaterThan(10);
    expect(astray).toEqual([]);
  });

  it.each([
    ['client/cli', 'src/tasks', 'by its address and its schema alone'],
    ['src/tasks', 'client/cli', 'from the rooms below it'],
    ['src/server', 'client/cli', 'from the rooms below it'],
  ])('are guarded by the linter: %s must not import from %s', async (home, other, complaint) => {
    await expect(lintedImport(home, other)).rejects.toMatchObject({
      stdout: expect.stringContaining(complaint) as string,
    });
  });

  it.each(rooms.slice(1).map((room, index) => [room, rooms[index]] as const))(
    'are guarded by the linter: %s must not import from %s',
    async (room, above) => {
      const linted = lintedImport(`src/${room}`, `src/${above}`);
      await expect(linted).rejects.toMatchObject({
        stdout: expect.stringContaining('from the rooms below it') as string,
      });
    },
  );
});
