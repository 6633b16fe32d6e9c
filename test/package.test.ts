import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';
import { waitFor } from './support/wait-for.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Packs a copy of the repository, so that nothing is written beside the sources; returns the file. */
async function pack(
  folder: string,
): Promise<{ readonly tarball: string; readonly paths: readonly string[] }> {
  const copy = join(folder, 'repository');
  await mkdir(copy);
  const entries = await readdir(root);
  for (const entry of entries.filter(
    (name) => !/^(?:node_modules|test|bench|docs|data|dist|\.git)$/.test(name),
  )) {
    await cp(join(root, entry), join(copy, entry), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: copy });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as {
    filename: string;
    files: { path: string }[];
  }[];
  if (packed === undefined) throw new Error(stdout);
  return { tarball: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) };
}

/** What `npm install` makes of a file, without its packages: those are the repository's. */
async function install(tarball: string, folder: string): Promise<string> {
  const home = join(folder, 'node_modules', 'reelay');
  await mkdir(home, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', home]);
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'));
  return join(home, 'dist/client/cli/bin.js');
}

it(
  'the packed package runs where it is installed: command line, server and studio',
  { timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder();
    const { tarball, paths } = await pack(folder.path);
    expect(paths.filter((path) => /(?:^|\/)test\/|\.tsx?$|\.po$/.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['dist/client/cli/bin.js', 'schema.graphql', 'README.md', 'LICENSE']),
    );
    const bin = await install(tarball, folder.path);
    const reelay = (args: readonly string[], url = 'http://127.0.0.1:1') =>
      run(process.execPath, [bin, ...args], { cwd: folder.path, env: { ...process.env, REELAY_URL: url } });
    expect((await reelay(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);

    await writeFile(join(folder.path, '.env'), 'PORT=0\nLOG_PRETTY=false\nSIMULATOR_DURATION_MS=10\n');
    const server = spawn(process.execPath, [bin, 'serve'], { cwd: folder.path });
    const exit = once(server, 'exit');
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        server.kill('SIGTERM');
        await exit;
      },
    };
    const output: string[] = [];
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    const [, url = ''] =
      (await waitFor(
        'the packed server to listen',
        () =>
          /"url":"(http:[^"]+)"/.exec(output.join('')) ??
          (server.exitCode === null ? null : [output.join('')]),
        (match) => match !== null,
        60_000,
      )) ?? [];
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('/assets/')]);
    await reelay(['generate', 'an owl', '--out', 'owl.mp4'], url);
    expect(await readdir(folder.path)).toEqual(expect.arrayContaining(['owl.mp4', 'data']));
    server.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
  },
);
