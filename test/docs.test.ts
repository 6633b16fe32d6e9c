import { glob, readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { describeVariables } from '../src/config.ts';
import { buildSchema } from '../src/schema/schema.ts';

const page = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

describe('the sources', () => {
  it('say of nearly every exported name what it is', async () => {
    const bare: string[] = [];
    let count = 0;
    for await (const file of glob('{src,client}/**/*.ts', { cwd: new URL('..', import.meta.url) })) {
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
      .map(([, name, fallback, meaning]) => ({ name, fallback, meaning }));
    expect(rows).toEqual(
      describeVariables().map(({ name, fallback, meaning }) => ({
        name: `\`${name}\``,
        fallback: fallback ? `\`${fallback}\`` : '–',
        meaning,
      })),
    );
  });

  it.each(['README.md'])('%s has only operations that the schema knows', async (name) => {
    const blocks = [...(await page(name)).matchAll(/```graphql\n([\s\S]*?)```/g)].map(
      ([, text = '']) => text,
    );
    expect(blocks.length).toBeGreaterThan(2);
    const schema = buildSchema();
    expect(blocks.flatMap((text) => validate(schema, parse(text)))).toEqual([]);
  });
});
