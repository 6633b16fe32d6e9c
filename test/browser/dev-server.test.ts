import { utimes } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { startProgram } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const stylesheet = fileURLToPath(new URL('../../client/studio/styles/base.css', import.meta.url));

it('npm run dev serves the studio from its sources, and sends a changed stylesheet to open pages', async () => {
  await using folder = await temporaryFolder();
  await using server = await startProgram(['node', 'dev.ts'], { PORT: '0', DATA_DIR: folder.path });
  await using browser = await startBrowser();
  await using opened = await browser.open(server.url, {}, 30_000);
  const { page, requests } = opened;
  await page.getByRole('textbox').first().waitFor();
  expect(requests).toContain(`${server.url}/assets/main.tsx`);

  const pushed = page.waitForEvent('console', { predicate: (message) => message.text().includes('.css') });
  // The same text with a new time: no other test sees a difference.
  await utimes(stylesheet, new Date(), new Date());
  expect((await pushed).text()).toBe('[vite] css hot updated: /styles/base.css');

  // Vite can serve files of the whole repository, where the database is too.
  const outside = fileURLToPath(new URL('../../package.json', import.meta.url));
  expect((await fetch(`${server.url}/assets/@fs${outside}`)).status).toBe(403);
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
}, 60_000);
