import { access, glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');
const exists = (path: string) =>
  access(join(root, path)).then(
    () => true,
    () => false,
  );

const pages = async (): Promise<string[]> =>
  (await Array.fromAsync(glob(['*.md', 'docs/**/*.md', 'src/**/*.md'], { cwd: root }))).toSorted();

it('every file that a page names or links exists', async () => {
  const missing: string[] = [];
  let count = 0;
  for (const page of await pages()) {
    const text = await read(page);
    const named = [...text.matchAll(/`((?:src|client|test|docs|bench)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    );
    const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, path = '']) =>
      join(dirname(page), path),
    );
    for (const path of [...named, ...linked]) {
      count++;
      // NAME is a placeholder for a file that a recipe adds.
      if (!path.includes('NAME') && !(await exists(path))) missing.push(`${page}: ${path}`);
    }
  }
  expect(count).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});

it('decisions have numbers in order, the same parts, and at most 40 lines', async () => {
  const names = (await pages()).filter((page) => page.startsWith('docs/decisions/'));
  expect(names.length).toBeGreaterThan(12);
  const faults: string[] = [];
  for (const [index, name] of names.entries()) {
    const text = await read(name);
    const number = String(index + 1).padStart(4, '0');
    const parts = [`# ${number} `, '## Context\n', '## Choice\n', '## What would change our mind\n'];
    const places = parts.map((part) => text.indexOf(part));
    if (!name.startsWith(`docs/decisions/${number}-`)) faults.push(`${name}: its number is not ${number}`);
    if (places.includes(-1) || places.toSorted((a, b) => a - b).join() !== places.join())
      faults.push(`${name}: expected ${parts.join()}`);
    if (text.split('\n').length - 1 > 40) faults.push(`${name}: more than 40 lines`);
  }
  expect(faults).toEqual([]);
});

/** The modules that a module of `src` imports from, types included. */
async function importsBetweenModules(): Promise<Map<string, Set<string>>> {
  const imports = new Map<string, Set<string>>();
  for await (const file of glob('src/*/**/*.ts', { cwd: root })) {
    const [, home = ''] = file.split('/');
    const others = imports.get(home) ?? new Set();
    for (const [, path = ''] of (await read(file)).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const [, other = ''] = join(dirname(file), path).split('/');
      if (other !== home) others.add(other);
    }
    imports.set(home, others);
  }
  return imports;
}

it('the map draws the imports between modules that do not follow from others', async () => {
  const imports = await importsBetweenModules();
  const reaches = (from: string, to: string): boolean =>
    [...(imports.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  const expected = [...imports].flatMap(([from, others]) =>
    [...others]
      .filter((to) => ![...others].some((between) => between !== to && reaches(between, to)))
      .map((to) => `${from} --> ${to}`),
  );
  const page = await read('CONTRIBUTING.md');
  const [, drawing = ''] = /```mermaid\nflowchart TD\n([\s\S]*?)```/.exec(page) ?? [];
  const drawn = drawing.split('\n').flatMap((line) => {
    const groups = line.split('-->').map((group) => group.split('&').map((name) => name.trim()));
    return groups
      .slice(1)
      .flatMap((group, index) =>
        (groups[index] ?? []).flatMap((from) => group.map((to) => `${from} --> ${to}`)),
      );
  });
  expect(drawn.toSorted()).toEqual(expected.toSorted());
  const listed = [...page.matchAll(/^\| `(\w+)` +\| [^`]/gm)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual([...imports.keys()].toSorted());
});

it('every script of the package that the page names exists', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const named = [...(await read('CONTRIBUTING.md')).matchAll(/(?:^|`)npm (?:run )?(\w+)/gm)].map(
    ([, name = '']) => name,
  );
  const ofNpm = new Set(['ci', 'install']);
  expect(named.filter((name) => !ofNpm.has(name) && !(name in scripts))).toEqual([]);
});
