import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { linesOf, runCli, type CliOptions } from '../support/run-cli.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

let app: KieApp;
let folder: TemporaryFolder;
beforeAll(async () => {
  app = await startKieApp();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const run = (args: readonly string[], more: Partial<CliOptions> = {}) =>
  runCli(args, { url: app.url, folder: folder.path, ...more });

/** A folder with an opener of the system that notes what it is asked to open, and ends with the exit code. */
async function openerThatEndsWith(exitCode: number) {
  const programs = join(folder.path, `programs-${exitCode}`);
  await mkdir(programs);
  const opener = join(programs, process.platform === 'darwin' ? 'open' : 'xdg-open');
  await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > "$0.asked"\nexit ${exitCode}\n`);
  await chmod(opener, 0o755);
  return { programs, asked: () => readFile(`${opener}.asked`, 'utf8') };
}

describe('show on the command line', () => {
  it('prints all facts of a task, for people and as JSON', async () => {
    const options = ['--label', 'sku 7', '--group', 'day 1', '-a', '9:16'];
    const { stdout } = await run(['generate', 'a shown fox', '--no-wait', ...options]);
    const id = stdout.trim();
    const { videoUrl } = await app.as().untilStage(id, 'COMPLETED');
    const [plain, json] = await Promise.all([run(['show', id]), run(['show', id, '--json'])]);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    const facts = new Map(plain.stdout.split('\n').map((line) => line.split(/ {2,}/, 2) as [string, string]));
    expect(Object.fromEntries(facts)).toMatchObject({
      id,
      status: 'COMPLETED (completed, 100 %)',
      prompt: 'a shown fox',
      label: 'sku 7',
      group: 'day 1',
      aspect: '9:16',
      cost: '$0.15',
      video: videoUrl,
      page: `${app.url}/tasks/${id}`,
    });
    expect(plain.stdout).toMatch(/\nhistory\n {2}\S+Z {2}WAITING\b[^]*\n {2}\S+Z {2}COMPLETED\b/);
    const [line, ...others] = linesOf(json.stdout);
    expect([json.code, others]).toEqual([0, []]);
    expect(line).toMatchObject({
      type: 'task',
      task: {
        id,
        videoUrl,
        group: 'day 1',
        video: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      },
    });
  });

  it('prints why a task failed, on one line', async () => {
    const { id } = await app.as().make('a doomed\nfox [sim:fail]');
    await app.as().untilStage(id, 'FAILED');
    const { stdout } = await run(['show', id]);
    expect(stdout).toMatch(/\nerror +The task failed \(PROVIDER_FAILED\): .* It is not billed\.\n/);
    expect(stdout).toMatch(/\nprompt +a doomed fox \[sim:fail\]\n/);
    expect(await run(['show', id, '--open'])).toMatchObject({
      code: 2,
      stderr: '--open: The task has no video to open. (NO_VIDEO)\n',
    });
  });

  it('refuses an id that the caller does not have', async () => {
    expect(await run(['show', 'task_x'])).toMatchObject({
      code: 2,
      stderr: 'There is no task with this id. "list" shows those of yours.\n',
    });
  });
});

describe('--open on the command line', () => {
  it('gives the URL of the finished video to the opener of the system, as its one argument', async () => {
    const { programs, asked } = await openerThatEndsWith(0);
    const made = await run(['generate', 'an opened fox', '--open'], { programs });
    expect(made.code).toBe(0);
    expect(await asked()).toBe(`1\n${made.stdout}`);
    expect(made.stderr).not.toContain('browser');
  });

  it('prints the URL where no browser can be opened', async () => {
    const { programs, asked } = await openerThatEndsWith(3);
    const made = await run(['generate', 'an unopened fox'], { programs });
    const [, id = ''] = /^Task (\S+)\n/.exec(made.stderr) ?? [];
    const shown = await run(['show', id, '--open'], { programs });
    expect([shown.code, await asked()]).toEqual([0, `1\n${made.stdout}`]);
    expect(shown.stderr).toBe(`No browser could be opened. The video is at ${made.stdout}`);
  });

  it('is refused before anything is paid where it cannot be done', async () => {
    for (const args of [['--no-wait'], ['--count', '2']]) {
      const refused = await run(['generate', 'a refused fox', '--open', ...args]);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^--open: /) as string });
    }
    expect((await run(['list', '-q', 'refused'])).stderr).toBe('No tasks found.\n');
  });
});
