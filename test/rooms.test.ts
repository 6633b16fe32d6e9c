import { execFile } from 'node:child_process';
import { cp, glob, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** From the outside in: a room may import from those after it. */
const rooms = ['server', 'schema', 'worker', 'tasks', 'providers', 'events', 'media', 'store'];

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

  it.each(rooms.slice(1).map((room, index) => [room, rooms[index]] as const))(
    'are guarded by the linter: %s must not import from %s',
    async (room, above) => {
      await using folder = await temporaryFolder();
      await cp(join(root, '.oxlintrc.json'), join(folder.path, '.oxlintrc.json'));
      await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
      await mkdir(join(folder.path, `src/${room}`), { recursive: true });
      await mkdir(join(folder.path, `src/${above}`), { recursive: true });
      await writeFile(join(folder.path, `src/${above}/a.ts`), 'export const a = 1;\n');
      await writeFile(
        join(folder.path, `src/${room}/b.ts`),
        `import { a } from '../${above}/a.ts';\nexport const b = a;\n`,
      );
      await writeFile(
        join(folder.path, 'tsconfig.json'),
        '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
      );
      const linted = promisify(execFile)(join(root, 'node_modules/.bin/oxlint'), [], { cwd: folder.path });
      await expect(linted).rejects.toMatchObject({
        stdout: expect.stringContaining('from the rooms below it') as string,
      });
    },
  );
});
