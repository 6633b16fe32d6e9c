import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = fileURLToPath(new URL('.', import.meta.url));
/** The folder of the built studio. */
export const studioDirectory = join(root, 'dist');
const stamp = join(studioDirectory, '.sources');

/**
 * Builds the studio if its sources or packages have changed since the last build.
 *
 * @param onBegin called before a build, which takes seconds
 */
export async function buildStudio({ onBegin }: { readonly onBegin?: () => void } = {}): Promise<void> {
  const sources = await hashOfSources();
  if ((await readFile(stamp, 'utf8').catch(() => null)) === sources) return;
  onBegin?.();
  const fresh = join(root, `dist-${process.pid}`);
  const { NODE_ENV } = process.env;
  try {
    // Vite builds for the environment named here, and test runners set another one.
    process.env['NODE_ENV'] = 'production';
    const { build } = await import('vite');
    await build({
      root: join(root, 'studio'),
      configFile: join(root, 'studio/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: fresh, emptyOutDir: true },
    });
    for await (const file of glob('assets/*.{js,css}', { cwd: fresh })) await compress(join(fresh, file));
    await writeFile(join(fresh, '.sources'), sources);
    // Renamed as a whole: a server that starts at this moment reads the old build or the new one.
    await mkdir(studioDirectory, { recursive: true });
    await rename(studioDirectory, `${fresh}-old`);
    await rename(fresh, studioDirectory);
  } finally {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
    await rm(fresh, { recursive: true, force: true });
    await rm(`${fresh}-old`, { recursive: true, force: true });
  }
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files: string[] = [];
  for await (const file of glob('{studio,table}/**/*.{ts,tsx,css,html,po,svg}', { cwd: root }))
    files.push(file);
  for (const file of [...files.toSorted(), 'build.ts', '../package-lock.json']) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

if (import.meta.main) {
  try {
    await buildStudio({
      onBegin: () => void process.stderr.write('Building the studio, once: some seconds …\n'),
    });
  } catch (error) {
    // The API works without the studio, and `/` shows that it is missing.
    process.stderr.write(
      `The studio was not built: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
