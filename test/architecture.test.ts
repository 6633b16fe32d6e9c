import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The modules of `src`, from the top down: each imports from those after it (docs/decisions/0001-modules.md). */
const modules = [
  'server',
  'graphql',
  'schema',
  'worker',
  'commands',
  'config',
  'providers',
  'events',
  'media',
  'store',
  'settings',
  'metrics',
  'time',
  'domain',
];

/** Lists of one file for each thing, which are found by name: a folder within would only hide half of them. */
const longLists = new Set(['src/schema', 'src/commands', 'src/store/migrations']);

interface Import {
  /** Paths from the root of the repository. */
  readonly from: string;
  readonly to: string;
}

/** Every relative import and re-export, of types too. */
async function importsOf(pattern: string): Promise<Import[]> {
  const imports: Import[] = [];
  for await (const file of glob(pattern, { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      imports.push({ from: file, to: join(dirname(file), path) });
    }
  }
  return imports;
}

const moduleOf = (path: string): string => path.split('/')[1] ?? '';

describe('the modules of src', () => {
  it('import only from modules below them, types included', async () => {
    const imports = await importsOf('src/*/**/*.ts');
    const upward = imports.filter(({ from, to }) => {
      const [home, other] = [modules.indexOf(moduleOf(from)), modules.indexOf(moduleOf(to))];
      return home === -1 || other === -1 || other < home;
    });
    expect(imports.length).toBeGreaterThan(500);
    expect(upward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('have a domain that imports nothing outside itself, packages neither', async () => {
    const outside: string[] = [];
    for await (const file of glob('src/domain/**/*.ts', { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8');
      for (const [, path = ''] of text.matchAll(/from '([^']+)'/g)) {
        const isWithin = path.startsWith('.') && join(dirname(file), path).startsWith('src/domain/');
        if (!isWithin) outside.push(`${file} imports ${path}`);
      }
    }
    expect(outside).toEqual([]);
  });

  it('leave to each module what only it knows', async () => {
    const strays: string[] = [];
    const rules: readonly [what: RegExp, homes: RegExp, why: string][] = [
      [/from 'kysely'/, /^src\/store\//, 'only the store writes SQL'],
      [/successFlag|paramJson/, /^src\/providers\//, "only providers know a provider's wire"],
      [/from '@pothos/, /^src\/schema\//, 'only the schema knows its builder'],
      [/createsPer10s|CREATES_PER_10S/, /^src\/providers\//, 'a rate of Kie is Kie alone'],
      [
        /app\.kie\.ai|x-webhook-/,
        /^src\/providers\//,
        'only providers know where they are looked up, and how they sign',
      ],
    ];
    for await (const file of glob('src/**/*.ts', { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8');
      for (const [what, homes, why] of rules) {
        if (what.test(text) && !homes.test(file)) strays.push(`${file}: ${why}`);
      }
    }
    expect(strays).toEqual([]);
  });

  it('have files and folders that a person can take in', async () => {
    const tooLong: string[] = [];
    const counts = new Map<string, number>();
    for await (const file of glob('src/**/*.ts', { cwd: root })) {
      const lines = (await readFile(join(root, file), 'utf8')).split('\n').length - 1;
      if (lines > 400) tooLong.push(`${file} has ${lines} lines`);
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }
    const tooMany = [...counts].filter(([folder, count]) => count > 15 && !longLists.has(folder));
    expect(counts.size).toBeGreaterThan(20);
    expect([...tooLong, ...tooMany.map(([folder, count]) => `${folder} has ${count} files`)]).toEqual([]);
  });
});

describe('clients and server', () => {
  it('know nothing of each other but the address and the schema', async () => {
    const imports = await importsOf('{src,client}/**/*.{ts,tsx}');
    const across = imports.filter(
      ({ from, to }) => /^(?:src|client)\//.test(to) && !to.startsWith(from.split('/')[0] ?? ''),
    );
    expect(imports.filter(({ from }) => from.startsWith('client/')).length).toBeGreaterThan(50);
    expect(across.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});
