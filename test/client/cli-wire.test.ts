import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type Caller, type KieApp } from '../support/kie-app.ts';
import { linesOf, runCli, startCli } from '../support/run-cli.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the command line on an unreliable connection', () => {
  let app: KieApp;
  let caller: Caller;
  beforeAll(async () => {
    app = await startKieApp();
    caller = app.as();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('continues after cuts, and prints each state once, in order, to the end', async () => {
    await using proxy = await startTcpProxy(app.url);
    await using cli = startCli(['generate', 'a cut fox [sim:duration=60000]', '--json'], { url: proxy.url });
    await waitFor('the provider to have it', () => cli.stdout().includes('GENERATING'));
    for (let round = 1; round <= 3; round += 1) {
      await waitFor('a connection', () => proxy.connections() >= round);
      proxy.cut();
    }
    await caller.byId('cancelVideoTask', linesOf(cli.stdout())[0]?.task?.id ?? '');
    const { code, stdout, stderr } = await cli.ended;
    const tasks = linesOf(stdout).flatMap(({ task }) => task ?? []);
    const revisions = tasks.map(({ revision }) => revision);
    expect([code, tasks.at(-1)?.stage]).toEqual([3, 'CANCELED']);
    expect(revisions).toEqual([...new Set(revisions)].toSorted());
    expect(stderr).toContain('The connection is lost. Retrying …\n');
    expect(stderr).toContain('Connected again.\n');
  });

  it('makes one task when the response is lost and the call repeated', async () => {
    await using proxy = await startTcpProxy(app.url);
    void proxy.cutAt('"userErrors"');
    const asked = await runCli(['generate', 'x', '--label', 'once', '--no-wait'], { url: proxy.url });
    const { videoTasks } = await caller.query<{ videoTasks: { edges: { node: { id: string } }[] } }>(
      '{ videoTasks(filter: { search: "once" }) { edges { node { id } } } }',
    );
    const ids = videoTasks.edges.map(({ node }) => node.id);
    expect(asked).toMatchObject({ code: 0, stdout: `${ids.join()}\n` });
    expect([ids.length, proxy.connections()]).toEqual([1, 2]);
  });

  it('ends with 5 at once when the connection is refused, and when another server responds', async () => {
    const { url } = await startTcpProxy(app.url).then(async (gone) => {
      await gone[Symbol.asyncDispose]();
      return gone;
    });
    const ended = await Promise.all([
      runCli(['list'], { url }),
      runCli(['generate', 'x', '-i', 'package.json'], { url }),
      runCli(['list'], { url: `${app.url}/elsewhere` }),
    ]);
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual([
      [5, ''],
      [5, ''],
      [5, ''],
    ]);
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('Is the server running (npm start)?'),
      expect.stringContaining('Is the server running (npm start)?'),
      expect.stringContaining('the response is not from a Reelay server (HTTP 404)'),
    ]);
  });

  it('gives up a connection that stays lost, and prints how to resume', async () => {
    const { id } = await caller.make('a left fox [sim:duration=60000]');
    const proxy = await startTcpProxy(app.url);
    await using cli = startCli(['watch', id, '--reconnect', '0', '--server', proxy.url], { url: app.url });
    await waitFor('the watcher to wait', () => cli.stderr().includes('generating'));
    await proxy[Symbol.asyncDispose]();
    const { code, stderr } = await cli.ended;
    expect(code).toBe(5);
    expect(stderr).toContain(`npm run -s reelay -- watch ${id} --server ${proxy.url}`);
  });

  it('leaves the task running when it is interrupted, and prints how to resume', async () => {
    const prompt = 'a patient fox [sim:duration=60000]';
    await using interrupted = startCli(['generate', prompt], { url: app.url });
    await using terminated = startCli(['generate', prompt], { url: app.url });
    await waitFor('both to wait', () =>
      [interrupted, terminated].every((cli) => cli.stderr().includes('generating')),
    );
    // npm forwards a signal that the terminal has already sent.
    interrupted.signal('SIGINT');
    interrupted.signal('SIGINT');
    terminated.signal('SIGTERM');
    const { stderr, ...ended } = await interrupted.ended;
    expect(ended).toEqual({ code: 130, stdout: '' });
    expect(await terminated.ended).toMatchObject({ code: 143, stdout: '' });
    const [, id = ''] = /The task continues\. .*\n {2}npm run -s reelay -- watch (\S+)\n$/.exec(stderr) ?? [];
    await using watcher = startCli(['watch', id], { url: app.url });
    await waitFor('another watcher', () => watcher.stderr().includes('generating'));
    await caller.byId('cancelVideoTask', id);
    expect(await watcher.ended).toMatchObject({ code: 3 });
  });

  it('still saves the video when its output is not read', async () => {
    await using folder = await temporaryFolder();
    await using cli = startCli(['generate', 'a fox', '--json', '-o', 'fox.mp4'], {
      url: app.url,
      folder: folder.path,
    });
    cli.stopReading();
    expect(await cli.ended).toMatchObject({ code: 0, stdout: '' });
    expect((await readFile(join(folder.path, 'fox.mp4'))).toString('latin1', 4, 8)).toBe('ftyp');
  });
});
