import { access, glob, readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { describeVariables } from '../src/config/config.ts';
import { modelRow } from './support/model-rows.ts';
import { kieModels } from '../src/providers/kie/models.ts';
import { buildSchema } from '../src/schema/schema.ts';

const page = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

/** A row as it is written in a page, so that the message of a failure has what to paste. */
const tableRow = (cells: readonly (string | undefined)[]): string => `| ${cells.join(' | ')} |`;

describe('the sources', () => {
  it('say of nearly every exported name what it is', async () => {
    const bare: string[] = [];
    let count = 0;
    for await (const file of glob('{src,client}/**/*.ts', { cwd: new URL('..', import.meta.url) })) {
      // Written by npm run schema.
      if (file.endsWith('graphql-env.d.ts')) continue;
      const lines = (await page(file)).split('\n');
      for (const [index, line] of lines.entries()) {
        const [, name] =
          /^export (?:async |abstract )?(?:function|const|class|interface|type) (\w+)/.exec(line) ?? [];
        if (name === undefined) continue;
        count++;
        if (!lines[index - 1]?.endsWith('*/')) bare.push(`${file}: ${name}`);
      }
    }
    expect(count).toBeGreaterThan(300);
    // The overloads of a function share one description.
    expect(bare.filter((entry) => !entry.endsWith(': toRow'))).toEqual([]);
  });
});

describe('the pages', () => {
  it('of the operator lists every variable as the server describes it', async () => {
    const rows = (await page('docs/operating.md'))
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, name]) => /^`[A-Z0-9_]+`$/.test(name ?? ''))
      .map(([, name, fallback, meaning]) => tableRow([name, fallback, meaning]));
    expect(rows).toEqual(
      describeVariables().map(({ variable, fallback, meaning }) =>
        tableRow([`\`${variable}\``, fallback ? `\`${fallback}\`` : '–', meaning]),
      ),
    );
  });

  it('of the seed names a test for each promise, and files that are there', async () => {
    const rows = (await page('docs/seed.md'))
      .split('\n')
      .filter((line) => /^\| (?!the seed says|---)/.test(line))
      .map((line) => line.split(' | '));
    expect(rows.length).toBeGreaterThan(30);
    const missing: string[] = [];
    for (const [promise = '', place = '', proof = ''] of rows) {
      for (const [, file = ''] of place.matchAll(/`(src\/[^`]+)`/g)) {
        await access(new URL(`../${file}`, import.meta.url)).catch(() => missing.push(file));
      }
      const [, file = '', words = ''] = /`(test\/[^`]+)` "(.+)"\s*\|$/.exec(proof) ?? [];
      const text = await page(file).catch(() => '');
      if (words === '' || !text.includes(words)) missing.push(`${promise}: ${proof}`);
    }
    expect(missing).toEqual([]);
  });

  it('of the providers has what each model can do, and the prices by which tasks are estimated', async () => {
    const rows = (await page('docs/providers.md'))
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      )
      .filter((cells) => cells.length === 7 && cells[0]?.startsWith('`') === true)
      .map(tableRow);
    expect(rows).toEqual(kieModels.map((model) => tableRow(modelRow(model))));
  });

  it.each([
    ['README.md', 3],
    ['docs/providers.md', 1],
  ])('%s has only operations that the schema knows', async (name, least) => {
    const blocks = [...(await page(name)).matchAll(/```graphql\n([\s\S]*?)```/g)].map(
      ([, text = '']) => text,
    );
    expect(blocks.length).toBeGreaterThanOrEqual(least);
    const schema = buildSchema();
    expect(blocks.flatMap((text) => validate(schema, parse(text)))).toEqual([]);
  });
});
