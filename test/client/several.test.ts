import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { runCli, type Ended } from '../support/run-cli.ts';
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

const run = (...args: string[]): Promise<Ended> => runCli(args, { url: app.url, folder: folder.path });
const tasks = async (search: string) => {
  const { videoTasks } = await app.as().query<{
    videoTasks: {
      edges: {
        node: { label: string | null; userPrompt: string; group: string; aspectRatio: string };
      }[];
    };
  }>(
    `query ($search: String) { videoTasks(filter: { search: $search }) {
       edges { node { label userPrompt group aspectRatio } } } }`,
    { search },
  );
  return videoTasks.edges.map(({ node }) => node).toReversed();
};

describe('generate on the command line', () => {
  it('makes variants in one group, once for one key', async () => {
    const args = ['generate', 'an owl in variants', '--count', '2', '--idempotency-key', 'owl'];
    const first = await run(...args);
    expect([first.code, first.stdout.split('\n').length]).toEqual([0, 3]);
    await run(...args, '--no-wait');
    expect((await tasks('owl in variants')).map(({ group }) => group)).toEqual(['v-owl', 'v-owl']);
  });

  it('makes the videos of a table after its total is approved, and continues it under its key', async () => {
    await writeFile(
      join(folder.path, 'list.csv'),
      'Артикул;Промпт;Формат;Варианты\nС-1;"Сова; белая";9:16;\nС-2;;;2\n',
    );
    const args = ['generate', 'Сова по умолчанию', '--from', 'list.csv', '--no-wait'];
    const asked = await run(...args);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('3 videos, about USD 0.45.');
    expect(asked.stderr).toContain('Run it again with --yes');
    expect(await tasks('Сова')).toEqual([]);
    const sent = await run(...args, '--yes');
    const [, key = ''] = /--idempotency-key (\S+)/.exec(sent.stderr) ?? [];
    expect([sent.code, sent.stdout.split('\n').length]).toEqual([0, 4]);
    const again = await run(...args, '--yes', '--idempotency-key', key);
    expect(again.stdout).toBe(sent.stdout);
    const group = `t-${key}`.slice(0, 64);
    expect(await tasks('Сова')).toEqual([
      { label: 'С-1', userPrompt: 'Сова; белая', group, aspectRatio: 'PORTRAIT_9_16' },
      { label: 'С-2', userPrompt: 'Сова по умолчанию', group, aspectRatio: 'LANDSCAPE_16_9' },
      { label: 'С-2', userPrompt: 'Сова по умолчанию', group, aspectRatio: 'LANDSCAPE_16_9' },
    ]);
  });

  it('names each wrong row and sends nothing', async () => {
    await writeFile(join(folder.path, 'bad.csv'), 'prompt,seconds\nA lynx,7\nA lynx,8\n');
    const { code, stderr } = await run('generate', '--from', 'bad.csv', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('Row 2: Veo 3.1 Fast cannot do 7 seconds.');
    await writeFile(join(folder.path, 'bad.csv'), 'prompt,seconds\nA lynx,soon\n');
    expect((await run('generate', '--from', 'bad.csv', '--yes')).stderr).toContain(
      'Row 2: durationSeconds "soon" is not understood.',
    );
    expect(await tasks('lynx')).toEqual([]);
  });
});
