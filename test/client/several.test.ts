import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { runCli, type Ended } from '../support/run-cli.ts';
import { png } from '../support/upload.ts';
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

  it('names all wrong rows at once: cells, files, and what the server refuses', async () => {
    await writeFile(join(folder.path, 'note.txt'), 'no image');
    const rows = [
      'prompt,image,seconds,model',
      'A lynx,none.png,8,',
      'A lynx,,soon,',
      'A lynx,,7,',
      'A lynx,ftp://host/a.png,,',
      'A lynx,,,veo3fast',
      'A lynx,note.txt,,',
      'A lynx,,,',
    ];
    await writeFile(join(folder.path, 'wrong.csv'), rows.join('\n'));
    const { code, stderr, stdout } = await run('generate', '--from', 'wrong.csv', '--yes');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^Row 2: File not found: .*none\.png \(BAD_INPUT\)$/),
      'Row 3: durationSeconds "soon" is not understood. (BAD_INPUT)',
      expect.stringMatching(/^Row 4: Veo 3.1 Fast cannot do 7 seconds\..* \(UNSUPPORTED\)$/),
      expect.stringMatching(/^Row 5: An image is a file, or a URL that starts with http:/),
      expect.stringMatching(/^Row 6: "veo3fast" is no listed model of Kie\.ai\. Did you mean veo3_fast/),
    ]);
    await writeFile(join(folder.path, 'wrong.csv'), ['prompt,image', 'A lynx,note.txt'].join('\n'));
    const refused = await run('generate', '--from', 'wrong.csv', '--yes');
    expect(refused.stderr).toMatch(/^Row 2: .*note\.txt: The file is no JPEG, PNG or WebP image/);
    expect(await tasks('lynx')).toEqual([]);
  });

  it('continues a table with files under its key: a row that was sent is the same task', async () => {
    await writeFile(join(folder.path, 'ibex.png'), png);
    await writeFile(
      join(folder.path, 'files.csv'),
      'sku,prompt,image\nI-1,An ibex,ibex.png\nI-1,An ibex,ibex.png\n',
    );
    const args = ['generate', '--from', 'files.csv', '--yes', '--no-wait', '--idempotency-key', 'ibexes'];
    const first = await run(...args);
    const again = await run(...args);
    expect([first.code, again]).toEqual([0, { ...first, stderr: again.stderr }]);
    expect(await tasks('An ibex')).toHaveLength(2);
    await writeFile(join(folder.path, 'files.csv'), 'sku,prompt,image\nI-1,Two ibexes,ibex.png\n');
    const changed = await run(...args);
    expect([changed.code, changed.stderr]).toEqual([2, expect.stringContaining('IDEMPOTENCY_CONFLICT')]);
  });
});
