import { execFile } from 'node:child_process';
import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { messageCodes } from '../../src/domain/messages.ts';
import { buildStudio, studioDirectory } from '../../client/build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');

describe('the built studio', () => {
  it('loads less than 250 KB of JavaScript, gzipped, all languages together, and 20 KB more for a table', async () => {
    let [bytes, onDemand] = [0, 0];
    for await (const file of glob('assets/*.js.gz', { cwd: studioDirectory })) {
      const { size } = await stat(join(studioDirectory, file));
      if (file.includes('table-dialog')) onDemand += size;
      else bytes += size;
    }
    process.stdout.write(`studio: ${(bytes / 1000).toFixed(1)} KB of JavaScript, gzipped\n`);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(250_000);
    expect(onDemand).toBeGreaterThan(0);
    expect(onDemand).toBeLessThan(20_000);
  });

  it('is not rebuilt while its sources are unchanged', async () => {
    const before = await stat(join(studioDirectory, 'index.html'));
    await buildStudio();
    expect((await stat(join(studioDirectory, 'index.html'))).ino).toBe(before.ino);
  });

  it('has every text of its sources in both languages: npm run messages', async () => {
    const catalogues = ['en', 'ru'].map((locale) => `client/studio/i18n/catalogues/${locale}.po`);
    const before = await Promise.all(catalogues.map(read));
    await promisify(execFile)(
      'node_modules/.bin/lingui',
      ['extract', '--clean', '--config', 'client/studio/lingui.config.ts'],
      {
        cwd: root,
      },
    );
    expect(await Promise.all(catalogues.map(read))).toEqual(before);
    expect(before[1]).not.toMatch(/msgstr ""\n\n/);
  });

  it('has a text of its own for every code with which the server says something', async () => {
    const sources = await Promise.all(
      ['messages', 'refusals', 'texts'].map((name) => read(`client/studio/i18n/${name}.ts`)),
    );
    const said = new Set(sources.join('').match(/(?<=^ {2})[A-Z_0-9]+(?=:)/gm));
    expect(Object.keys(messageCodes).filter((code) => !said.has(code))).toEqual([]);
  });
});
