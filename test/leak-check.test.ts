import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
  }[];
}

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('support/planted-leaks/vitest.config.ts', import.meta.url));

/** Runs the files that leak on purpose; returns how each ended, by the name of its leak. */
async function runPlantedLeaks(): Promise<Record<string, string>> {
  await using folder = await temporaryFolder();
  const output = join(folder.path, 'report.json');
  const parameters = ['run', '--config', config, '--reporter=json', `--outputFile=${output}`];
  await new Promise((resolve) => void execFile(process.execPath, [vitest, ...parameters], resolve));
  const { testResults } = JSON.parse(await readFile(output, 'utf8')) as Report;
  return Object.fromEntries(
    testResults.map(({ name, status, message }): [string, string] => [
      basename(name, '.leak.ts'),
      /left open: (.*)\. Run it/.exec(message)?.[1] ?? status,
    ]),
  );
}

it('a test file that leaves something open fails, and one that leaves nothing passes', async () => {
  expect(await runPlantedLeaks()).toEqual({
    timer: '1 × Timeout',
    server: '1 × TCPServerWrap',
    process: '1 × ProcessWrap',
    worker: '1 × Worker',
    listener: '1 × process.on("SIGUSR2")',
    nothing: 'passed',
  });
}, 60_000);
