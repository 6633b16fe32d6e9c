import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp } from '../support/kie-app.ts';
import { startTestApp } from '../support/start-app.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { holdTasks, openStudio, studioOn } from '../support/studio.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

describe('the page before its first data', () => {
  it('shows its outline while its script is loaded', async () => {
    await using app = await startTestApp();
    await using open = await browser.open('about:blank');
    const held = Promise.withResolvers<void>();
    await open.page.route('**/assets/*.js', async (route) => {
      await held.promise;
      await route.continue();
    });
    await open.page.goto(app.url, { waitUntil: 'commit' });
    await open.page.locator('.skeleton-card').first().waitFor();
    await open.page.locator('.header').getByText('Reelay').waitFor();
    held.resolve();
    await open.page.getByText('Your first video appears here').waitFor();
    expect(await open.page.locator('.skeleton-card').count()).toBe(0);
  });

  it('names a proxy that passes no WebSockets on, and a server that is away', async () => {
    await using proxy = await startStrippingProxy('/studio', false);
    await using app = await startTestApp({ PUBLIC_URL: proxy.url });
    proxy.target = app.url;
    await using blocked = await browser.open(`${proxy.url}/`);
    await blocked.page
      .getByText('a proxy in between blocks the live connection')
      .waitFor({ timeout: 15_000 });
    await blocked.page.getByText('Upgrade and Connection headers').waitFor();

    await using wire = await startTcpProxy(app.url);
    await using away = await openStudio(browser, wire.url);
    wire.redirect('http://127.0.0.1:1');
    wire.cut();
    await away.page.getByText('The server cannot be reached.').waitFor({ timeout: 15_000 });
    // A failure at this time is reported above the banner, not over it.
    await away.prompt.fill('A fox without a server');
    await away.generate.click();
    await away.page.locator('.toast').waitFor();
    const [toast, banner] = await Promise.all(
      ['.toast', '.banner'].map((name) => away.page.locator(name).boundingBox()),
    );
    expect((toast?.y ?? 0) + (toast?.height ?? 0)).toBeLessThanOrEqual(banner?.y ?? 0);
    wire.redirect(app.url);
    await away.page.locator('.banner').waitFor({ state: 'detached', timeout: 15_000 });
  });
});

describe('the page', () => {
  it('has a title for what is open, and counts what is being made', async () => {
    await using app = await startKieApp();
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const title = (text: string) =>
      waitFor(
        text,
        () => page.title(),
        (seen) => seen === text,
      );
    await title('Reelay');
    const release = await holdTasks(app.simulator.url);
    await studio.make('A fox in the title');
    await title('(1) Reelay');
    await studio.card('A fox in the title').getByRole('heading').getByRole('link').click();
    await title('A fox in the title · Reelay');
    await page.keyboard.press('Escape');
    await release();
    await title('Reelay');
    expect(studio.complaints).toEqual([]);
  });

  it('has a bar of progress that never runs back', async () => {
    await using app = await startKieApp();
    await using studio = await openStudio(browser, app.url);
    const release = await holdTasks(app.simulator.url);
    // From the first frame of the card on.
    const widths = studio.page.evaluate(async () => {
      const seen: number[] = [];
      while (document.querySelector('[data-stage="COMPLETED"]') === null) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const fill = document.querySelector('.card .progress:not([data-indeterminate]) .bar-fill');
        if (fill !== null) seen.push(fill.getBoundingClientRect().width);
      }
      return seen;
    });
    await studio.make('A fox with a bar');
    await studio.card('A fox with a bar').getByText('Generating').waitFor();
    await studio
      .card('A fox with a bar')
      .getByText(/[3-9] %|[3-9]%/)
      .waitFor();
    await release();
    const seen = await widths;
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('reports a provider that does not respond, with the tasks that wait for it', async () => {
    await using app = await startKieApp();
    await using studio = await openStudio(browser, app.url);
    await holdTasks(app.simulator.url);
    for (const name of ['one', 'two', 'three']) await studio.make(`A fox that waits: ${name}`);
    await waitFor(
      'all of them',
      () => studio.cards('GENERATING').count(),
      (count) => count === 3,
    );
    await app.simulator[Symbol.asyncDispose]();
    await waitFor(
      'the provider to be down',
      async () =>
        (await app.as().query<{ providers: { health: string }[] }>('{ providers { health } }')).providers,
      ([first]) => first?.health === 'DOWN',
    );
    await studio.make('A fox that comes later');
    await studio.page.getByText('Kie API is not responding.').waitFor();
    await studio.page.getByText('Your 4 tasks wait and continue by themselves.').waitFor();
    // It is said once, not by each card as well.
    expect(await studio.page.getByText('not responding').count()).toBe(1);
  });

  it('reports a provider that refuses the key of the server, whose tasks fail and do not wait', async () => {
    await using app = await startKieApp({}, { apiKey: 'another key than that of the server' });
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await studio.make('A fox without a key');
    await studio.card('A fox without a key').getByText('did not accept').waitFor();
    const notice = page.locator('.provider-notice');
    await notice.getByText('Kie API does not accept this server’s API key.').waitFor();
    expect(await notice.textContent()).not.toContain('wait');
    expect(await notice.count()).toBe(1);
  }, 60_000);

  it('shows an admin whose a video is, and everyone else nothing of owners', async () => {
    const keys = { boss: 'the-long-key-of-boss', anna: 'the-long-key-of-anna' };
    await using app = await startKieApp({
      API_KEYS: `boss:${keys.boss},anna:${keys.anna}`,
      ADMINS: 'key:boss',
    });
    await app.as(keys.anna).make('A fox of Anna');
    await app.as(keys.boss).make('A fox of the boss');
    const signedIn = async (key: string) => {
      const studio = studioOn(await browser.open(app.url));
      await studio.page.getByLabel('Key', { exact: true }).fill(key);
      await studio.page.getByRole('button', { name: 'Sign in' }).click();
      await studio.cards().first().waitFor();
      return studio;
    };
    await using boss = await signedIn(keys.boss);
    await boss.card('A fox of Anna').getByText('anna', { exact: true }).waitFor();
    expect(await boss.page.locator('.owner-mark').count()).toBe(1);
    await boss.card('A fox of Anna').getByRole('heading').getByRole('link').click();
    await boss.page.getByRole('dialog').getByText('key:anna', { exact: true }).waitFor();
    await using anna = await signedIn(keys.anna);
    await anna.card('A fox of Anna').waitFor();
    expect(await anna.cards().count()).toBe(1);
    expect(await anna.page.locator('.owner-mark').count()).toBe(0);
  }, 60_000);

  it('forgets the draft and the favourites when the user signs out', async () => {
    await using app = await startTestApp({ API_KEYS: 'ann:right-key-of-ann' });
    await using studio = studioOn(await browser.open(app.url));
    const { page } = studio;
    const dialog = page.getByRole('dialog', { name: 'Welcome to Reelay' });
    await dialog.getByLabel('Key', { exact: true }).fill('right-key-of-ann');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await studio.make('A fox of Ann');
    await page.getByRole('button', { name: 'Favourite: A fox of Ann' }).click();
    await page.getByRole('combobox', { name: 'Theme' }).click();
    await page.getByRole('option', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await dialog.waitFor();
    expect(await page.evaluate(() => Object.fromEntries(Object.entries(localStorage)))).toEqual({
      'reelay:theme': 'dark',
      // Keys of paid requests without a response, of which there are none.
      'reelay:presses': '[]',
    });
  });

  it('never hides the focus below what sticks to an end, nor the button that removes an image below its error', async () => {
    await using app = await startTestApp();
    await using studio = await openStudio(browser, app.url, { viewport: { width: 1280, height: 480 } });
    const { page } = studio;
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'table.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
    const remove = page.getByRole('button', { name: 'Remove table.pdf' });
    await remove.waitFor();
    expect(await remove.evaluate(isOnTop)).toBe(true);
    const hidden: string[] = [];
    await studio.prompt.focus();
    for (let stops = 0; stops < 25; stops++) {
      await page.keyboard.press('Tab');
      const covered = await page.evaluate(coveredFocus);
      if (covered !== null) hidden.push(covered);
    }
    expect(hidden).toEqual([]);
  });
});

/** Runs in the page: the element with the focus if another one covers its middle. */
function coveredFocus(): string | null {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return seen !== null && (element.contains(seen) || seen.contains(element)) ? null : element.outerHTML;
}

/** Runs in the page: true if nothing covers the middle of an element. */
function isOnTop(element: Element): boolean {
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height / 2);
  return seen !== null && (element.contains(seen) || seen.contains(element));
}
