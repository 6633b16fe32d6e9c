import { glob, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

it('translations of technical reasons are of reasons that the server gives', async () => {
  // Its texts are compiled for the browser only, so that it is read, not imported.
  const table = await readFile('client/studio/i18n/causes.ts', 'utf8');
  const reasons = [...table.matchAll(/^\s*\[?\s*'(.+?)',$|^\s*\['(.+?)', \(/gm)].map(
    ([, alone, english = alone ?? '']) => english,
  );
  expect(reasons.length).toBeGreaterThan(10);
  const sources: string[] = [];
  for await (const file of glob('src/{providers,media,worker}/**/*.ts'))
    sources.push(await readFile(file, 'utf8'));
  const source = sources.join('\n');
  // `{}` is what varies: the text between occurs in the source as it is.
  const unknown = reasons.filter((english) => !english.split('{}').every((part) => source.includes(part)));
  expect(unknown).toEqual([]);
});
