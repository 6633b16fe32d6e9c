import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildStudio } from './client/build.ts';

/**
 * Compiles the server, the command line and the studio into `dist`, for `npm pack`: Node strips no types below
 * `node_modules`. In the repository everything runs from its sources.
 */
const root = import.meta.dirname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync('tsc', ['-p', join(root, 'tsconfig.package.json')], { cwd: root, stdio: 'inherit' });
await buildStudio();
// Read beside the code, and not compiled.
for (const folder of ['src/commands/prompts', 'src/providers/simulator/samples', 'client/dist']) {
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (path) => !/\.(?:ts|md)$|\.sources$/.test(path),
  });
}
