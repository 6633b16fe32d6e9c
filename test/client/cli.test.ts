import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type Caller, type KieApp } from '../support/kie-app.ts';
import { linesOf, runCli, startCli, type Ended } from '../support/run-cli.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** A picture of 2 × 1 pixels. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADklEQVR4nGP4z8Dw/z8DAAn/Av4R1yQqAAAAAElFTkSuQmCC',
  'base64',
);
const key = 'the-long-key-of-ann';

describe('the command line', () => {
  let app: KieApp;
  let folder: TemporaryFolder;
  let ann: Caller;
  const run = (...args: string[]): Promise<Ended> => runCli(args, { url: app.url, key, folder: folder.path });
  const start = (...args: string[]) => startCli(args, { url: app.url, key, folder: folder.path });
  const byLabel = async (label: string) => {
    const { videoTasks } = await ann.query<{
      videoTasks: { edges: { node: { id: string; aspectRatio: string; referenceImages: unknown[] } }[] };
    }>(
      `query ($filter: VideoTaskFilter) { videoTasks(filter: $filter) {
        edges { node { id aspectRatio referenceImages { url uploadId width } } } } }`,
      { filter: { search: label } },
    );
    return videoTasks.edges.map(({ node }) => node);
  };

  beforeAll(async () => {
    app = await startKieApp({ API_KEYS: `ann:${key}` });
    ann = app.as(key);
    folder = await temporaryFolder();
    await writeFile(join(folder.path, 'fox.png'), png);
    await writeFile(join(folder.path, 'notes.txt'), 'no image');
    await writeFile(join(folder.path, 'huge.png'), Buffer.alloc(20 * 1024 * 1024 + 1));
    // Of many reads: a refusal arrives while the file is still being read.
    await writeFile(join(folder.path, 'large.png'), Buffer.concat([png, Buffer.alloc(8_000_000)]));
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('shows a growing bar on a terminal, and removes it at the end', async () => {
    const { code, stdout } = await runCli(['generate', 'a barred fox [sim:duration=2500]'], {
      url: app.url,
      key,
      terminal: true,
    });
    expect(code).toBe(0);
    const shown = [...stdout.matchAll(/█*░+ (\d+) %[^\r\n█░]*generating · \d:\d\d elapsed/g)];
    const percents = shown.map(([, percent]) => Number(percent));
    expect(percents.length).toBeGreaterThan(1);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(stdout).toMatch(/\d:\d\d {2}completed\r\n/);
    // After the last line of the bar, only the end and the URL remain on the screen.
    expect(stdout.slice(stdout.lastIndexOf('completed'))).not.toMatch(/[█░]/);
  });

  it('makes a video from an uploaded image and a URL, and saves it completely', async () => {
    const address = 'https://images.example/ring.jpg';
    const images = ['--image', 'fox.png', '--image', address];
    const options = ['--aspect', '9:16', '--label', 'sku-1', '--out', 'fox.mp4'];
    const { code, stdout, stderr } = await run('generate', 'a red fox in snow', ...options, ...images);
    const path = join(folder.path, 'fox.mp4');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${path}\n` });
    expect(stderr).toMatch(/^Task task_\S+\n(?:\d:\d\d {2}.*\n)*\d:\d\d {2}completed\n$/);
    const [task, ...others] = await byLabel('sku-1');
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      aspectRatio: 'PORTRAIT_9_16',
      referenceImages: [
        { uploadId: expect.any(String) as string, width: 2 },
        { url: address, uploadId: null },
      ],
    });
    const saved = await readFile(path);
    expect(saved.toString('latin1', 4, 8)).toBe('ftyp');
    const { videoUrl } = (await ann.task(task?.id ?? '')) ?? {};
    expect(saved.equals(Buffer.from(await (await fetch(videoUrl ?? '')).arrayBuffer()))).toBe(true);
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('prints one JSON document per line, and nothing else on stdout', async () => {
    const { code, stdout } = await run('generate', 'a json fox', '--json', '--out', 'json.mp4');
    const lines = linesOf(stdout);
    const tasks = lines.flatMap(({ task }) => task ?? []);
    expect(code).toBe(0);
    expect(lines.map(({ type }) => type)).toEqual([...tasks.map(() => 'task'), 'saved']);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(1);
    expect(tasks.at(-1)).toMatchObject({ stage: 'COMPLETED', videoUrl: expect.any(String) as string });
    expect(lines.at(-1)).toEqual({
      type: 'saved',
      path: join(folder.path, 'json.mp4'),
      bytes: (await readFile(join(folder.path, 'json.mp4'))).length,
    });
  });

  it('prints the id at once with --no-wait; watch and list find it', async () => {
    const begun = await run('generate', 'a quiet fox', '--no-wait');
    const id = begun.stdout.trim();
    expect(begun).toEqual({ code: 0, stdout: expect.stringMatching(/^task_\S+\n$/) as string, stderr: '' });
    const watched = await run('watch', id);
    const { videoUrl } = (await ann.task(id)) ?? {};
    expect([watched.code, watched.stdout]).toEqual([0, `${videoUrl}\n`]);
    const [listed, plain] = await Promise.all([
      run('list', '--json', '--search', 'quiet', '--status', 'completed', 'failed'),
      run('list', '-q', 'quiet'),
    ]);
    expect(linesOf(listed.stdout)).toEqual([
      { type: 'task', task: expect.objectContaining({ id, stage: 'COMPLETED', videoUrl }) as object },
    ]);
    expect(plain.stdout).toMatch(new RegExp(`^${id}  COMPLETED  100 %  .*  a quiet fox\n$`));
  });

  it('refuses text that a terminal with another encoding has damaged', async () => {
    for (const args of [
      ['a \ufffd fox'],
      ['a fox', '--label', '\ufffd'],
      ['a fox', '--idempotency-key', '\ufffd'],
    ]) {
      const { code, stderr } = await run('generate', '--no-wait', ...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining('It must be UTF-8') as string]);
    }
  });

  it('cancels, also when repeated, and ends the waiting command', async () => {
    const { id } = await ann.make('a long fox [sim:duration=60000]');
    await using watcher = start('watch', id);
    await waitFor('the watcher to wait', () => watcher.stderr().includes('generating'));
    const canceled = await run('cancel', id);
    expect(canceled).toMatchObject({ code: 0, stderr: expect.stringContaining('be billed') as string });
    expect(await watcher.ended).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('The task was canceled.') as string,
    });
    expect(await run('cancel', id, '--json')).toMatchObject({
      code: 0,
      stderr: 'It was already canceled.\n',
    });
  });

  it('follows a task that was made elsewhere', async () => {
    const made = await fetch(`${app.simulator.url}/api/v1/veo/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: JSON.stringify({ prompt: 'theirs', model: 'veo3_fast' }),
    });
    const { data } = (await made.json()) as { data: { taskId: string } };
    const tracked = await run('track', 'kie', data.taskId, '--out', 'theirs.mp4');
    expect([tracked.code, tracked.stdout]).toEqual([0, `${join(folder.path, 'theirs.mp4')}\n`]);
  });

  it('reports a failed task to scripts, and the next step to people', async () => {
    const failed = await run('generate', 'a doomed fox [sim:fail]');
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/The task failed \(PROVIDER_FAILED\): .* It is not billed\./);
    const [, retried = ''] = /reelay -- retry (\S+)/.exec(failed.stderr) ?? [];
    const again = await run('retry', retried, '--no-wait', '--json');
    expect(linesOf(again.stdout)).toEqual([
      { type: 'task', task: expect.objectContaining({ retryOf: { id: retried } }) as object },
    ]);
  });

  it('ends with its own exit code when a submission is unknown, and resolves it', async () => {
    const doubtful = await run('generate', 'a lost fox [sim:create-drop]');
    expect(doubtful).toMatchObject({ code: 4, stdout: '' });
    const [, id = ''] = /reelay -- resolve (\S+)/.exec(doubtful.stderr) ?? [];
    const resolved = await run('resolve', id, '--give-up');
    expect([resolved.code, resolved.stdout]).toEqual([0, `${id}\n`]);
    expect(await run('watch', id)).toMatchObject({ code: 1 });
    expect(await run('delete', id, '--json')).toMatchObject({
      code: 0,
      stdout: `{"type":"deleted","id":"${id}"}\n`,
    });
    expect(await run('watch', id)).toMatchObject({ code: 2, stderr: 'The viewer has no such task.\n' });
  });

  it('prints no control characters of a task', async () => {
    await ann.make('a sly \u001b[2J fox [sim:duration=60000]');
    const { stdout } = await run('list', '--search', 'sly');
    expect(stdout).toMatch(/ a sly \[2J fox/);
  });

  it('lists providers and estimates, and creates no task', async () => {
    const [providers, estimate] = await Promise.all([
      run('providers', '--json'),
      run('estimate', 'a priced fox', '-r', '4k', '-p', 'kie'),
    ]);
    expect(linesOf(providers.stdout)).toContainEqual({
      type: 'provider',
      provider: expect.objectContaining({ name: 'KIE', configured: true, health: 'UP' }) as object,
    });
    expect(estimate.stdout).toMatch(/^kie veo3_fast: \$\d\.\d\d, about \d:\d\d\n$/);
    expect(await byLabel('priced')).toEqual([]);
  });

  it('lists of each model what generate accepts, and accepts it', async () => {
    const shape = ['-d', '4', '-r', '4k', '-a', '1:1'];
    const [{ stdout }, made] = await Promise.all([
      run('providers'),
      run('generate', 'a silent fox', '-m', 'kling-3.0/video', '--no-audio', ...shape, '--no-wait'),
    ]);
    const line = stdout.split('\n').find((each) => each.includes(' kling-3.0/video '));
    for (const words of [
      '--duration 3-15',
      '--resolution 720p|1080p|4k',
      '--aspect 16:9|9:16|1:1',
      '--audio|--no-audio',
      '--image (first-frame 1, first-and-last-frame 2)',
    ])
      expect(line).toContain(words);
    expect(stdout).toMatch(/ wan\/2-7-text-to-video .* with sound {2}--negative-prompt {2}--seed/);
    expect(made.code).toBe(0);
    const { videoTask } = await ann.query<{ videoTask: unknown }>(
      'query ($id: ID!) { videoTask(id: $id) { audio model resolution aspectRatio durationSeconds negativePrompt } }',
      { id: made.stdout.trim() },
    );
    expect(videoTask).toEqual({
      audio: false,
      model: 'kling-3.0/video',
      resolution: 'P2160',
      aspectRatio: 'SQUARE_1_1',
      durationSeconds: 4,
      negativePrompt: null,
    });
  });

  it.concurrent.each<[string, readonly string[], string]>([
    ['an unknown option', ['generate', 'x', '--api-key', 'k'], "unknown option '--api-key'"],
    [
      'a choice that is none',
      ['generate', 'x', '--aspect', '5:4'],
      '16:9, 9:16, 1:1, 4:3, 3:4, 3:2, 2:3, 21:9, auto',
    ],
    ['a sound that is not to be had', ['generate', 'x', '--no-audio'], '--audio: '],
    ['what the model cannot do', ['generate', 'x', '-d', '77'], '--duration: '],
    [
      'a number that would go out as null',
      ['generate', 'x', '--provider-options', '{"a":1e400}'],
      'The number at "a" cannot be sent exactly',
    ],
    ['an image that is missing', ['generate', 'x', '-i', 'fix.png'], '--image: File not found'],
    ['an image that is none', ['generate', 'x', '-i', 'notes.txt'], '--image: '],
    ['an image that is too large', ['generate', 'x', '-i', 'huge.png'], 'at most 20 MB'],
    ['a folder that is missing', ['generate', 'x', '-o', 'no/fox.mp4'], '--out: '],
    ['a key in the URL', ['list', '--server', 'http://u:p@127.0.0.1'], 'REELAY_API_KEY'],
  ])('refuses with 2 and says what to change: %s', async (_what, args, complaint) => {
    const refused = await run(...args);
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(complaint) as string,
    });
  });

  it('prints refusals as JSON too', async () => {
    const { stdout } = await run('generate', 'x', '-d', '77', '-p', 'google', '--json');
    expect(linesOf(stdout)).toEqual([
      {
        type: 'error',
        code: 'PROVIDER_NOT_CONFIGURED',
        message: expect.any(String) as string,
        field: ['input', 'provider'],
        exitCode: 2,
      },
    ]);
  });

  it.concurrent.each<[string, string | undefined, readonly string[]]>([
    ['no key', undefined, ['list']],
    ['a wrong key with an upload', 'wrong', ['generate', 'x', '-i', 'fox.png']],
    ['a wrong key with an upload that is under way', 'wrong', ['generate', 'x', '-i', 'large.png']],
    ['a wrong key while it waits', 'wrong', ['watch', 'task_x']],
  ])('ends with 6 for %s, and names the variable', async (_what, wrong, args) => {
    const refused = await runCli(args, {
      url: app.url,
      folder: folder.path,
      ...(wrong !== undefined && { key: wrong }),
    });
    expect(refused).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining('REELAY_API_KEY') as string,
    });
  });
});
