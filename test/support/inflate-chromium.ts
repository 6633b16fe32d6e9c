import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Chromium, { inflate } from '@sparticuz/chromium';

const binaries = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');

/** Where the browser lies once it is inflated. */
export const chromiumHome = join(tmpdir(), 'reelay-chromium-153.0.0');

/**
 * Unpacks the browser of the npm package, with the libraries that a bare machine lacks; once per machine.
 * It runs before all tests: two files that unpack at once would start half a browser.
 */
export default async function inflateChromium(): Promise<void> {
  if (existsSync(chromiumHome)) return;
  const fresh = await mkdtemp(`${chromiumHome}-`);
  // The package unpacks to the temporary folder, whichever that is when it is called.
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = fresh;
  try {
    await Chromium.executablePath();
    await inflate(join(binaries, 'al2023.tar.br'));
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
  // The package's own settings look for its fonts at fixed places.
  await writeFile(
    join(fresh, 'fonts/fonts.conf'),
    `<?xml version="1.0"?><fontconfig><dir>${chromiumHome}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${chromiumHome}/fonts-cache</cachedir></fontconfig>`,
  );
  try {
    await rename(fresh, chromiumHome);
  } catch (error) {
    // Another run was first: its browser is as good.
    if (!existsSync(chromiumHome)) throw error;
    await rm(fresh, { recursive: true });
  }
}
