import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeVariables } from '../src/config/config.ts';
import { startProgram } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const root = new URL('../', import.meta.url);
const asTerminal = ['--import', 'data:text/javascript,process.stdout.isTTY=true'];

/** Runs the server to its end. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, output, errors };
}

/** Each start takes seconds on a busy machine. */
const patienceMs = 60_000;

describe('the start', () => {
  it(
    'on a terminal says where it listens and what makes the videos, one line for each event',
    async () => {
      await using folder = await temporaryFolder();
      await using server = await startProgram(['node', ...asTerminal, 'src/main.ts'], {
        PORT: '0',
        DATA_DIR: folder.path,
      });
      await server.kill('SIGTERM');
      const lines = stripVTControlCharacters(server.output()).trim().split('\n');
      expect(lines[0]).toMatch(
        /INFO: Reelay is listening: http:\/\/127\.0\.0\.1:\d+ \(simulation: set KIE_API_KEY for real videos\)$/,
      );
      for (const line of lines) expect(line).toMatch(/^\[\d\d:\d\d:\d\d\] [A-Z]+: /);
    },
    patienceMs,
  );

  it(
    'on a terminal writes JSON where LOG_PRETTY says so',
    async () => {
      await using folder = await temporaryFolder();
      await using server = await startProgram(['node', ...asTerminal, 'src/main.ts'], {
        PORT: '0',
        DATA_DIR: folder.path,
        LOG_PRETTY: 'false',
      });
      await server.kill('SIGTERM');
      const lines = server.output().trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as object)[0]).toMatchObject({
        msg: 'Reelay is listening',
      });
    },
    patienceMs,
  );

  it(
    'reads settings from a file, and the environment wins; without the file it has what it has',
    async () => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, '.env');
      await writeFile(file, 'HOST=not a host\nKIE_API_KEY=secret-of-the-file\n');
      const [refused, won, without] = await Promise.all([
        run(['--settings', file], { DATA_DIR: folder.path }),
        run(['--settings', file], { DATA_DIR: folder.path, HOST: '127.0.0.1', PORT: 'x' }),
        run(['--settings', join(folder.path, 'none')], { PORT: 'x' }),
      ]);
      expect([refused.code, refused.errors]).toEqual([1, expect.stringMatching(/^HOST /)]);
      expect(JSON.stringify(refused)).not.toContain('secret-of-the-file');
      expect([won.errors, without.errors]).toEqual([
        expect.stringMatching(/^PORT /),
        expect.stringMatching(/^PORT /),
      ]);
    },
    patienceMs,
  );

  it(
    'prints its version',
    async () => {
      const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
        version: string;
      };
      expect(await run(['--version'])).toEqual({ code: 0, output: `${version}\n`, errors: '' });
    },
    patienceMs,
  );
});

it('.env.example has every setting with its default, and sets none', async () => {
  const lines = (await readFile(new URL('.env.example', root), 'utf8')).split('\n');
  const named = lines.flatMap((line) => /^# ([A-Z0-9_]+=.*)$/.exec(line)?.[1] ?? []);
  expect(named).toEqual(describeVariables().map(({ variable, fallback }) => `${variable}=${fallback ?? ''}`));
  for (const { meaning } of describeVariables()) expect(lines).toContain(`# ${meaning}`);
  expect(lines.filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
});
