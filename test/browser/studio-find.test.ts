import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { seedGallery, type Seeded } from '../support/seed-gallery.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const dayMs = 86_400_000;
const old = new Date(Date.now() - 40 * dayMs);

/** 60 videos, so that they are not on one page; the last one newest. */
const seeds: readonly Seeded[] = [
  { prompt: 'The oldest heron', createdAt: old.getTime() },
  ...Array.from({ length: 57 }, (_, index) => `Heron ${String(index).padStart(2, '0')}`),
  { prompt: 'An otter with a label', label: 'SKU-7' },
  { prompt: 'Another otter with it', label: 'SKU-7' },
];

let browser: TestBrowser;
let app: TestApp;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  browser = await startBrowser();
  folder = await temporaryFolder();
  await seedGallery(folder.path, seeds);
  app = await startTestApp({ DATA_DIR: folder.path });
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const titles = ({ page }: OpenStudio) => page.locator('.card-title').allTextContents();
const firstTitle = (studio: OpenStudio, title: string) =>
  waitFor(
    title,
    () => titles(studio),
    ([first]) => first === title,
  );
const count = ({ page }: OpenStudio, text: string) =>
  page.locator('.toolbar-count').getByText(text, { exact: true }).waitFor();
const query = ({ page }: OpenStudio) => new URL(page.url()).search;

describe('finding videos', () => {
  it('keeps search, label, days and order in the URL, and the back button goes through them', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await count(studio, '60 videos');
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Oldest first' }).click();
    await firstTitle(studio, 'The oldest heron');
    expect(query(studio)).toBe('?sort=oldest');
    await page.getByRole('searchbox').pressSequentially('otter', { delay: 5 });
    await firstTitle(studio, 'An otter with a label');
    await count(studio, '2 videos');
    expect(query(studio)).toBe('?q=otter&sort=oldest');
    await page.goBack();
    await firstTitle(studio, 'The oldest heron');
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
    await page.goBack();
    await firstTitle(studio, 'Another otter with it');
    expect(query(studio)).toBe('');

    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByRole('combobox', { name: 'Label' }).fill('SKU-7');
    await count(studio, '2 videos');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await count(studio, '2 videos');
    await page.getByRole('button', { name: 'Remove the filter SKU-7' }).click();
    await count(studio, '60 videos');

    // A link of somebody else, of the days before those of today's videos.
    await page.goto(`${app.url}/?to=${new Date(Date.now() - 2 * dayMs).toISOString().slice(0, 10)}`);
    await count(studio, '1 video');
    expect(await titles(studio)).toEqual(['The oldest heron']);
    // A task opens over the list, and returns to it.
    await page.locator('.card-title a').click();
    await page.getByRole('dialog').getByText('The oldest heron').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(/\/\?to=/);
    await count(studio, '1 video');
    expect(studio.complaints).toEqual([]);
  });

  it('keeps favourites on this device, however far down they are', async () => {
    await using studio = await openStudio(browser, `${app.url}/?sort=oldest`);
    const { page } = studio;
    await firstTitle(studio, 'The oldest heron');
    await page.getByRole('button', { name: 'Favourite: The oldest heron' }).click();
    await page.goto(app.url);
    await firstTitle(studio, 'Another otter with it');
    await page.getByRole('button', { name: 'Favourites' }).click();
    await count(studio, '1 video');
    expect(await titles(studio)).toEqual(['The oldest heron']);
    await page.getByRole('button', { name: 'Favourite: The oldest heron' }).click();
    await page.getByText('Press the star on a video').waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('goes through the cards by arrows, selects, and opens its list of keys', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const focused = (title: string) =>
      waitFor(
        title,
        () => page.evaluate(() => document.activeElement?.textContent),
        (text) => text === title,
      );
    await firstTitle(studio, 'Another otter with it');
    await page.keyboard.press('/');
    await waitFor('the search', () =>
      page.getByRole('searchbox').evaluate((field) => field === document.activeElement),
    );
    await page.keyboard.press('ArrowDown');
    await focused('Another otter with it');
    await page.keyboard.press('ArrowRight');
    await focused('An otter with a label');
    // To cards that are not in the document yet.
    for (let row = 0; row < 8; row++) {
      const before = await page.evaluate(() => document.activeElement?.textContent);
      await page.keyboard.press('ArrowDown');
      await waitFor(
        'the next row',
        () => page.evaluate(() => document.activeElement?.textContent),
        (text) => text !== before && text?.startsWith('Heron') === true,
      );
    }
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('1 selected').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('previews a video without sound under the pointer and the focus, unless less motion is asked for', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const card = studio.card('Another otter with it');
    const state = () =>
      card.locator('video').evaluate(({ paused, muted, currentTime }: HTMLVideoElement) => ({
        isPlaying: !paused && currentTime > 0.05,
        muted,
      }));
    const plays = (isPlaying: boolean) =>
      waitFor('the preview', state, (seen) => seen.isPlaying === isPlaying);
    await card.locator('video').waitFor();
    await card.hover();
    expect(await plays(true)).toEqual({ isPlaying: true, muted: true });
    await page.mouse.move(0, 0);
    await plays(false);
    await card.getByRole('heading').getByRole('link').focus();
    await plays(true);
    await card.getByRole('button', { name: 'Play' }).click();
    await waitFor('the sound', state, ({ muted, isPlaying }) => isPlaying && !muted);

    await using calm = await openStudio(browser, app.url, { reducedMotion: 'reduce' });
    const still = calm.card('Another otter with it');
    await still.locator('video').waitFor();
    await still.hover();
    // The other page has played one since then, and this one would have too.
    await studio.card('An otter with a label').hover();
    await waitFor('the preview of the other page', () =>
      studio
        .card('An otter with a label')
        .locator('video')
        .evaluate((video: HTMLVideoElement) => video.currentTime > 0.1),
    );
    expect(await still.locator('video').evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
  });
});
