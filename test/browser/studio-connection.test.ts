import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp } from '../support/kie-app.ts';
import { generateAt, startTestApp } from '../support/start-app.ts';
import { holdTasks, openStudio, studioOn } from '../support/studio.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

/** A URL that refuses every connection. */
const refusingUrl = 'http://127.0.0.1:1';

/** True for what the console says beyond a lost connection. */
const isOfNoCut = (text: string) => !/WebSocket connection|Failed to load resource/.test(text);

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

describe('the studio and its socket', () => {
  it('reports a cut of five seconds while a video completes, and shows the video afterwards', async () => {
    await using app = await startKieApp();
    await using proxy = await startTcpProxy(app.url);
    await using studio = await openStudio(browser, proxy.url);
    const release = await holdTasks(app.simulator.url);
    await studio.make('A fox on a cut connection');
    const card = studio.card('A fox on a cut connection');
    await card.getByText('Generating').waitFor();
    const connection = studio.page.locator('.connection');
    const cutUntil = Date.now() + 5000;
    proxy.redirect(refusingUrl);
    proxy.cut();
    await connection.getByText(/Reconnecting|Offline/).waitFor();
    await release();
    await waitFor(
      'the end on the server',
      async () =>
        (await app.as().query<Listed>('{ videoTasks { edges { node { status } } } }')).videoTasks.edges,
      ([edge]) => edge?.node.status === 'COMPLETED',
    );
    await connection.getByText('Offline').waitFor();
    await studio.page.getByText('No connection. Your videos are still being made').waitFor();
    // It covers nothing of the form.
    const [formEnd, noticeStart] = await studio.page.evaluate(() =>
      ['.panel', '.banner']
        .map((name) => document.querySelector(name)?.getBoundingClientRect())
        .map((box, index) => (index === 0 ? box?.right : box?.left) ?? Number.NaN),
    );
    expect(noticeStart).toBeGreaterThan(formEnd ?? Number.NaN);
    expect(await card.getAttribute('data-stage')).toBe('GENERATING');
    await waitFor('the end of the cut', () => Date.now() > cutUntil);
    proxy.redirect(app.url);
    await card.getByText('Ready').waitFor({ timeout: 15_000 });
    await connection.getByText('Live').waitFor();
    const asked = studio.sent.filter((text) => text.includes('subscription Feed'));
    const last = JSON.parse(asked.at(-1) ?? '') as { payload: { variables: { after: string } } };
    const first = JSON.parse(asked[0] ?? '') as typeof last;
    // It continued from the newest revision that it had seen, not from the first.
    expect(last.payload.variables.after > first.payload.variables.after).toBe(true);
    expect(studio.complaints.filter(isOfNoCut)).toEqual([]);
  }, 60_000);

  it('starts over when the server answers from another database', async () => {
    await using app = await startKieApp();
    await using other = await startKieApp();
    await generateAt(app.url, { prompt: 'A fox of the first database' });
    await generateAt(other.url, { prompt: 'A fox of the second database' });
    await using proxy = await startTcpProxy(app.url);
    await using studio = await openStudio(browser, proxy.url);
    await studio.card('first database').waitFor();
    proxy.redirect(other.url);
    proxy.cut();
    await studio.card('second database').waitFor();
    await studio.card('first database').waitFor({ state: 'detached' });
    expect(await studio.cards().count()).toBe(1);
  });

  it('asks for the key if the server requires one, reports a wrong one, remembers a right one and signs out', async () => {
    await using app = await startTestApp({ API_KEYS: 'ann:right-key-of-ann' });
    await using studio = studioOn(await browser.open(app.url));
    const { page } = studio;
    const dialog = page.getByRole('dialog', { name: 'Welcome to Reelay' });
    await dialog.getByLabel('Key', { exact: true }).fill('wrong-key');
    await page.keyboard.press('Enter');
    await dialog.getByText('The server did not accept this key.').waitFor();
    // There is no connection to be lost yet.
    expect(await page.locator('.connection').count()).toBe(0);
    await dialog.getByLabel('Key', { exact: true }).fill('right-key-of-ann');
    await dialog.getByRole('checkbox').click();
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await studio.make('A fox with a key');
    await studio.card('A fox with a key').getByText('Ready').waitFor();
    const again = await page.context().newPage();
    await again.goto(app.url);
    await again.locator('.card').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await dialog.waitFor();
    expect(
      await page.evaluate(() => [localStorage.getItem('reelay:key'), sessionStorage.getItem('reelay:key')]),
    ).toEqual([null, null]);
    expect(studio.complaints).toEqual([]);
  });
});

interface Listed {
  readonly videoTasks: { readonly edges: readonly { readonly node: { readonly status: string } }[] };
}
