import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFile(join(root, name), 'utf8');

/** All pages that people read, by their paths in the repository. */
async function pages(): Promise<string[]> {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];
}

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Where the links of a page to other parts of the repository lead. */
async function linksOf(page: string): Promise<{ path: string; anchor: string | undefined }[]> {
  const text = (await read(page)).replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

it('every link of a page leads to something that is there', async () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of await pages()) {
    for (const { path, anchor } of await linksOf(page)) {
      links += 1;
      const isFolder = await readdir(join(root, path)).then(
        () => true,
        () => false,
      );
      const text = isFolder ? '' : await read(path).catch(() => null);
      const isThere = text !== null && (anchor === undefined || anchorsOf(text).includes(anchor));
      if (!isThere) broken.push(`${page}: ${path}${anchor === undefined ? '' : `#${anchor}`}`);
    }
  }
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(20);
});

it('every page can be found from the README', async () => {
  const found = new Set(['README.md']);
  for (const page of found) {
    for (const { path } of await linksOf(page)) if (path.endsWith('.md')) found.add(path);
  }
  expect((await pages()).filter((page) => !found.has(page))).toEqual([]);
});
