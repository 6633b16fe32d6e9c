import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachedName } from '../../client/cli/attached-name.ts';
import { startKieApp, type KieApp, type SeenTask } from '../support/kie-app.ts';
import { linesOf, runCli } from '../support/run-cli.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const day = new Date().toISOString().slice(0, 10);
let app: KieApp;
let folder: TemporaryFolder;
const tasks: SeenTask[] = [];
beforeAll(async () => {
  app = await startKieApp();
  folder = await temporaryFolder();
  const ann = app.as();
  for (const label of ['Сова 1/2', 'same', 'same'])
    tasks.push(await ann.untilStage((await ann.make('an owl', { label })).id, 'COMPLETED'));
  await ann.untilStage((await ann.make('a doomed owl [sim:fail]')).id, 'FAILED');
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const run = (...args: string[]) => runCli(['download', ...args], { url: app.url, folder: folder.path });
const names = async (sub: string) => (await readdir(join(folder.path, sub))).toSorted();
const expected = [`same_${day}.mp4`, `same_${day}_2.mp4`, `Сова-1-2_${day}.mp4`];
const contentOf = async (task: SeenTask | undefined) =>
  Buffer.from(await (await fetch(task?.videoUrl ?? '')).arrayBuffer());

describe('download --all on the command line', () => {
  it('saves the finished videos under the names of the server, once', async () => {
    const first = await run('--all', '--out', 'all', '--since', '1d');
    expect(first.code).toBe(0);
    expect(first.stderr).toBe('3 saved, 0 already there, 0 no longer stored by the server, 0 failed.\n');
    expect(await names('all')).toEqual(expected);
    expect(first.stdout.trim().split('\n').toSorted()).toEqual(
      expected.map((name) => join(folder.path, 'all', name)),
    );
    const saved = await readFile(join(folder.path, 'all', `Сова-1-2_${day}.mp4`));
    expect(saved.equals(await contentOf(tasks[0]))).toBe(true);
    const { mtimeMs } = await stat(join(folder.path, 'all', expected[0] ?? ''));
    expect(await run('--all', '--out', 'all')).toEqual({
      code: 0,
      stdout: '',
      stderr: '0 saved, 3 already there, 0 no longer stored by the server, 0 failed.\n',
    });
    expect((await stat(join(folder.path, 'all', expected[0] ?? ''))).mtimeMs).toBe(mtimeMs);
  });

  it('continues a part, replaces a wrong one, and keeps another file of the same name', async () => {
    const [owl, same] = tasks;
    const keyOf = (task: SeenTask | undefined) =>
      new URL(task?.videoUrl ?? '').pathname.slice('/media/'.length);
    await run('--all', '--out', 'parts', '--label', 'nothing');
    const part = join(folder.path, 'parts', `${keyOf(owl)}.part`);
    await writeFile(part, await contentOf(owl));
    await truncate(part, 1000);
    const wrong = join(folder.path, 'parts', `${keyOf(same)}.part`);
    await writeFile(wrong, Buffer.alloc((await contentOf(same)).length + 5));
    await appendFile(join(folder.path, 'parts', `same_${day}.mp4`), 'mine');
    const { code, stdout } = await run('--all', '--out', 'parts', '--json');
    expect([code, linesOf(stdout).map(({ type }) => type)]).toEqual([0, ['saved', 'saved', 'saved']]);
    expect(await names('parts')).toEqual([
      ...expected.slice(0, 2),
      `same_${day}_3.mp4`,
      `Сова-1-2_${day}.mp4`,
    ]);
    expect(await readFile(join(folder.path, 'parts', `same_${day}.mp4`), 'utf8')).toBe('mine');
    const saved = await readFile(join(folder.path, 'parts', `Сова-1-2_${day}.mp4`));
    expect(saved.equals(await contentOf(owl))).toBe(true);
  });

  it('saves the others when one cannot be saved, and ends with 7', async () => {
    await using data = await temporaryFolder();
    await using other = await startKieApp({ DATA_DIR: data.path });
    const bob = other.as();
    const made: SeenTask[] = [];
    for (const label of ['one', 'two'])
      made.push(await bob.untilStage((await bob.make('a lynx', { label })).id, 'COMPLETED'));
    // The file of the newest is gone from the disk of the server.
    const key = new URL(made[1]?.videoUrl ?? '').pathname.slice('/media/'.length);
    const files = await readdir(data.path, { recursive: true });
    for (const file of files.filter((each) => each.endsWith(key))) await rm(join(data.path, file));
    const { code, stdout, stderr } = await runCli(['download', '--all', '--out', 'left'], {
      url: other.url,
      folder: folder.path,
    });
    expect({ code, stdout }).toEqual({ code: 7, stdout: `${join(folder.path, 'left', `one_${day}.mp4`)}\n` });
    expect(stderr).toMatch(/could not be saved as .*: HTTP 404\..*\n1 saved, .* 1 failed\.\n$/);
  });

  it('takes only what was asked for, and refuses what it does not understand', async () => {
    expect((await run('--all', '--since', '2100-01-01', '--out', 'none')).stderr).toMatch(/^0 saved/);
    expect(await names('none')).toEqual([]);
    for (const [args, option] of [
      [[], '--all'],
      [['--all', '--since', 'soon'], '--since'],
      [['--all', '--out', join('all', expected[0] ?? '')], '--out'],
    ] as const)
      expect(await run(...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${option}: `) as string,
      });
  });

  it.each([
    [`attachment; filename="____.mp4"; filename*=UTF-8''%D0%A1%D0%BE%D0%B2%D0%B0.mp4`, 'Сова.mp4'],
    ['attachment; filename="fox.mp4"', 'fox.mp4'],
    ['attachment; filename="../../.bashrc"', null],
    [String.raw`attachment; filename="..\..\fox.mp4"`, 'fox.mp4'],
    [`attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`, 'passwd'],
    [`attachment; filename*=UTF-8''%`, null],
    ['attachment', null],
    [null, null],
  ])('writes into its folder only, whatever name a server gives: %s', (header, name) => {
    expect(attachedName(header)).toBe(name);
  });
});
