import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeVariables, readConfig } from '../../src/config/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFile(`${root}/${name}`, 'utf8');

/** The environment of the service `app`, with the defaults of compose.yaml and what must be set. */
async function appEnvironment(): Promise<Record<string, string>> {
  const [, app = ''] = /\n {2}app:\n([\s\S]*?)\n\n/.exec(await read('compose.yaml')) ?? [];
  const [, block = ''] = /environment:\n([\s\S]*?)\n {4}\w/.exec(app) ?? [];
  return Object.fromEntries(
    block.split('\n').map((line) => {
      const [, name = '', value = ''] = /^ {6}(\w+): (.*)$/.exec(line) ?? [];
      const filled = value
        .replace(/\$\{\w+:-([^}]*)\}/, '$1')
        .replace(/\$\{API_KEYS:\?[^}]*\}/, `me:${'k'.repeat(16)}`);
      return [name, filled.replaceAll(/["']/g, '')] as const;
    }),
  );
}

it('compose.yaml gives the instances settings that exist and go together', async () => {
  const env = await appEnvironment();
  const known = describeVariables().map(({ variable }) => variable);
  expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
  const config = readConfig({ HOST: '0.0.0.0', ...env });
  expect([config.storage.database.kind, config.media.store.kind, config.http.trustProxy]).toEqual([
    'postgres',
    's3',
    true,
  ]);
});

it('compose.yaml has three instances that wait for one database, and no secret but those of a first try', async () => {
  const compose = await read('compose.yaml');
  const counts = ['replicas: 3', 'image: postgres:', 'pg_isready', 'condition: service_healthy'].map(
    (text) => compose.split(text).length - 1,
  );
  expect(counts).toEqual([1, 1, 1, 1]);
  // What was tried is what is run: no image changes by itself.
  const images = [...compose.matchAll(/^ {4}image: (.*)$/gm)].map(([, image = '']) => image);
  expect(images.length).toBe(4);
  for (const image of images) expect(image).toMatch(/:(?!latest)[\w.-]+$/);
  const secrets = [...compose.matchAll(/^ {6}\w*(?:PASSWORD|KEYS?|SECRET\w*|DATABASE_URL): (.*)$/gm)];
  expect(secrets.length).toBeGreaterThan(5);
  // Each comes from outside; only what never leaves the private network has a value of its own.
  for (const [line, value = ''] of secrets) {
    expect(line).toMatch(/\$\{[A-Z_]+(?::-|:-reelay|:-reelay-secret|:\?[^}]+)\}/);
    expect(value).not.toMatch(/^['"]?\w+['"]?$/);
  }
});

it('the Dockerfile copies what there is, and ends as a user who is not root with a check of health', async () => {
  const lines = (await read('Dockerfile')).split('\n').filter((line) => /^[A-Z]+ /.test(line));
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  expect(lines.filter((line) => line.startsWith('FROM ')).length).toBe(2);
  for (const kind of ['USER node', 'HEALTHCHECK ', 'CMD ["node", "src/main.ts"]']) {
    expect(last.some((line) => line.startsWith(kind))).toBe(true);
  }
  const allowed = (await read('.dockerignore')).match(/^!.*$/gm)?.map((line) => line.slice(1));
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(copied.toSorted()).toEqual(allowed?.toSorted());
});
