import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { seedGallery } from '../support/seed-gallery.ts';
import { startTestApp } from '../support/start-app.ts';
import { openStudio } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

describe('a gallery of 500 videos', () => {
  it('scrolls to its end with a bounded document, and shows each once', async () => {
    const prompts = Array.from({ length: 500 }, (_, index) => `Fox ${String(index).padStart(3, '0')}`);
    await using folder = await temporaryFolder();
    await seedGallery(folder.path, prompts);
    await using app = await startTestApp({ DATA_DIR: folder.path });
    await using studio = await openStudio(browser, app.url, { viewport: { width: 1600, height: 1000 } });
    const { page } = studio;
    await waitFor(
      'the first pictures',
      () =>
        page.evaluate(() =>
          [...document.querySelectorAll('video')].map(
            ({ readyState, poster }) => readyState >= 2 || poster !== '',
          ),
        ),
      (drawn) => drawn.length > 0 && drawn.every(Boolean),
    );
    const { titles, mostNodes, mostVideos, frames } = await page.evaluate(scrollThrough);
    expect(titles.toSorted()).toEqual(prompts);
    expect(mostNodes).toBeLessThan(2500);
    expect(mostVideos).toBeLessThan(30);
    const sorted = frames.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]?.toFixed(1);
    // A figure to read, not to fail on: the machine is shared.
    process.stdout.write(
      `500 videos: ${frames.length} frames, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; ` +
        `at most ${mostNodes} nodes, ${mostVideos} players\n`,
    );
    expect(studio.complaints).toEqual([]);
  }, 120_000);
});

describe('a new video', () => {
  it('moves the cards that are there, and builds none of them again', async () => {
    await using folder = await temporaryFolder();
    await seedGallery(
      folder.path,
      Array.from({ length: 7 }, (_, index) => `Fox ${index}`),
    );
    await using app = await startTestApp({ DATA_DIR: folder.path });
    await using studio = await openStudio(browser, app.url, { viewport: { width: 1280, height: 1200 } });
    await waitFor(
      'all cards',
      () => studio.cards().count(),
      (count) => count === 7,
    );
    await studio.cards().evaluateAll((cards) => {
      for (const card of cards) card.setAttribute('data-mark', 'here before');
    });
    await studio.make('A fox that is new');
    await studio.card('A fox that is new').waitFor();
    const marks = await studio
      .cards()
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-mark')));
    expect(marks).toEqual([null, ...Array.from({ length: 7 }, () => 'here before')]);
    // Between two pixels, borders would be blurred.
    const lefts = await studio
      .cards()
      .evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().left));
    expect(lefts).toEqual(lefts.map(Math.round));
    // In their order for the keyboard too: the newest first.
    expect(await studio.cards().first().locator('.card-title').textContent()).toBe('A fox that is new');
  }, 60_000);
});

/**
 * Runs in the page: scrolls as a wheel does, a step each frame, with pauses in which the players of what is in view
 * are made, until the end stays the end.
 */
async function scrollThrough() {
  const titles = new Set<string>();
  const frames: number[] = [];
  let mostNodes = 0;
  let mostVideos = 0;
  let before = 0;
  let atEnd = 0;
  // As for a user who reads first. A second after a page came, Chromium takes down the one before it, and waits for
  // all that is drawn: 0.2 to 1.4 s without a frame, where it is drawn by software.
  for (let calm = 0, waited = 0; calm < 90 && waited < 600; waited++) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    calm = now - before < 34 ? calm + 1 : 0;
    before = now;
  }
  before = 0;
  while (atEnd < 30) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    if (before > 0) frames.push(now - before);
    before = now;
    for (const { textContent } of document.querySelectorAll('.card-title')) titles.add(textContent ?? '');
    mostNodes = Math.max(mostNodes, document.querySelectorAll('*').length);
    mostVideos = Math.max(mostVideos, document.querySelectorAll('video').length);
    const end = document.documentElement.scrollHeight - innerHeight;
    atEnd = scrollY >= end - 1 ? atEnd + 1 : 0;
    if (frames.length % 180 < 120) scrollBy(0, 200);
  }
  return { titles: [...titles], mostNodes, mostVideos, frames };
}
