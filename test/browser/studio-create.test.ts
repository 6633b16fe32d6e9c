import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

const jpeg = readFileSync('src/providers/simulator/samples/16x9.jpg');
const portrait = readFileSync('src/providers/simulator/samples/9x16.jpg');
const picture = (name: string) => ({ name, mimeType: 'image/jpeg', buffer: jpeg });

/** A bitmap of one pixel, which browsers show and the server does not accept. */
const bitmap = Buffer.from(
  'Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAATCwAAEwsAAAAAAAAAAAAAAAD/AA==',
  'base64',
);

let browser: TestBrowser;
let app: KieApp;
beforeAll(async () => {
  browser = await startBrowser();
  app = await startKieApp();
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const choose = ({ page }: OpenStudio, files: Parameters<Locator['setInputFiles']>[0]) =>
  page.locator('.images + input[type=file]').setInputFiles(files);
const done = ({ page }: OpenStudio, wanted: number) =>
  waitFor(
    'the uploads',
    () => page.locator('.image[data-state="done"]').count(),
    (count) => count === wanted,
  );
/** Names of the images in their order. */
const order = ({ page }: OpenStudio) =>
  page
    .locator('.image')
    .evaluateAll((tiles) => tiles.map((tile) => tile.querySelector('.image-remove')?.ariaLabel));
const isOrder = (studio: OpenStudio, ...names: string[]) =>
  waitFor(
    'the order',
    () => order(studio),
    (found) => found.join() === names.map((name) => `Remove ${name}.jpg`).join(),
  );
const centre = async (tile: Locator) => {
  const { x, y, width, height } = (await tile.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: x + width / 2, y: y + height / 2 };
};

describe('the form', () => {
  it.each([
    ['1280×800', { viewport: { width: 1280, height: 800 } }],
    [
      '1366×768, in Russian, dark',
      { viewport: { width: 1366, height: 768 }, locale: 'ru-RU', colorScheme: 'dark' },
    ],
  ] as const)('is whole on a screen of %s, with images and a use case', async (_what, options) => {
    await using studio = await openStudio(browser, app.url, options);
    const { page } = studio;
    await studio.prompt.fill('A ring that turns');
    await choose(studio, [picture('a.jpg'), picture('b.jpg')]);
    await done(studio, 2);
    await page.locator('.pair .select').click();
    await page.getByRole('option').nth(1).click();
    await page.locator('.sent-prompt').waitFor();
    const panel = page.locator('.panel');
    const fits = await panel.evaluate((element) => ({
      hidden: element.scrollHeight - element.clientHeight,
      below: Math.max(0, element.getBoundingClientRect().bottom - window.innerHeight),
      rows: new Set(
        [...element.querySelectorAll('.chips .chip')].map((chip) => chip.getBoundingClientRect().top),
      ).size,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    expect(fits).toEqual({ hidden: 0, below: 0, rows: 1, wide: 0 });
    expect(studio.complaints).toEqual([]);
  });

  it('fits on a narrow phone in Russian', async () => {
    const viewport = { width: 360, height: 780 };
    await using opened = await browser.open(app.url, { viewport, locale: 'ru-RU' });
    await opened.page.getByRole('button', { name: 'Выбрать' }).waitFor();
    expect(await opened.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it('fits on a phone, and sends the images in the order that keys, a mouse and a finger have given them', async () => {
    await using studio = await openStudio(browser, app.url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = studio;
    // Nothing speaks of keys to a finger.
    expect(await page.locator('kbd:visible').count()).toBe(0);
    expect(await studio.generate.getAttribute('aria-describedby')).toBeNull();
    await studio.prompt.fill('Three pictures in order');
    await choose(studio, [picture('a.jpg'), picture('b.jpg'), picture('c.jpg')]);
    await done(studio, 3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await isOrder(studio, 'a', 'b', 'c');
    const grips = page.locator('.image-grip');
    await grips.first().focus();
    await page.keyboard.press('ArrowRight');
    await isOrder(studio, 'b', 'a', 'c');
    await waitFor('the focus', () => grips.nth(1).evaluate((grip) => grip === document.activeElement));
    await page.getByText('a.jpg: position 2 of 3').waitFor();
    const [from, to] = [await centre(grips.nth(2)), await centre(grips.nth(0))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x + 4, to.y, { steps: 4 });
    // The others make room, and each has the number that it would have.
    await waitFor(
      'the numbers',
      () => page.locator('.image .image-role').allTextContents(),
      (roles) => roles.join() === '2,3,1',
    );
    await page.mouse.up();
    await isOrder(studio, 'c', 'b', 'a');
    const touch = await page.context().newCDPSession(page);
    const finger = async (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) => {
      await touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x, y }],
      });
    };
    const [start, end] = [await centre(grips.nth(0)), await centre(grips.nth(1))];
    await finger('touchStart', start.x, start.y);
    await finger('touchMove', (start.x + end.x) / 2, start.y);
    await finger('touchMove', end.x, end.y);
    await finger('touchEnd');
    await isOrder(studio, 'b', 'c', 'a');
    const shown = await page
      .locator('.image')
      .evaluateAll((tiles) => tiles.map((tile) => tile.querySelector('.image-role')?.textContent));
    expect(shown).toEqual(['1', '2', '3']);
    expect(studio.complaints).toEqual([]);
  });

  it('names the first and the last frame, and moves them with the images', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await studio.prompt.fill('From one frame to the other');
    await choose(studio, [picture('a.jpg'), { ...picture('b.jpg'), buffer: portrait }]);
    await done(studio, 2);
    const first = page.locator('.image', { hasText: 'First frame' });
    // A picture of another shape stays within its tile.
    const outside = await page.locator('.image').evaluateAll((tiles) =>
      tiles.map((tile) => {
        const [box, shown] = [tile, tile.querySelector('img')].map((each) => each?.getBoundingClientRect());
        return Math.max(0, (shown?.bottom ?? 0) - (box?.bottom ?? 0));
      }),
    );
    expect(outside).toEqual([0, 0]);
    const before = await first.locator('img').getAttribute('src');
    await page.locator('.image', { hasText: 'Last frame' }).locator('.image-grip').focus();
    await page.keyboard.press('Home');
    await isOrder(studio, 'b', 'a');
    expect(await first.locator('img').getAttribute('src')).not.toBe(before);
    expect(studio.complaints).toEqual([]);
  });

  it('converts, scales down or refuses what is dropped anywhere on the page, each time with a notice', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    /** Drops a file on the gallery, padded with zeros, which end no image. */
    const drop = (name: string, type: string, data: Buffer, padding = 0) =>
      page.evaluate(
        ([fileName, mimeType, base64, zeros]) => {
          const files = new DataTransfer();
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          files.items.add(new File([bytes, new Uint8Array(zeros)], fileName, { type: mimeType }));
          const options = { bubbles: true, cancelable: true, dataTransfer: files };
          document.querySelector('.gallery')?.dispatchEvent(new DragEvent('dragover', options));
          document.querySelector('.gallery')?.dispatchEvent(new DragEvent('drop', options));
        },
        [name, type, data.toString('base64'), padding] as const,
      );
    await drop('ring.bmp', 'image/bmp', bitmap);
    await done(studio, 1);
    await page.getByText('ring.bmp was converted to JPEG.').waitFor();
    await drop('large.jpg', 'image/jpeg', jpeg, 20 * 1024 * 1024);
    await page.getByText('large.jpg was larger than 20 MB and was scaled down.').waitFor();
    await done(studio, 2);
    await drop('ring.heic', '', Buffer.from('\0\0\0\x18ftypheic'));
    await page.locator('.image-problem').getByText('This browser cannot read this image.').waitFor();
    await page.getByRole('button', { name: 'Remove ring.heic' }).click();
    // What does not fit stays named, however often something is added.
    await choose(studio, [picture('third.jpg'), picture('fourth.jpg')]);
    await done(studio, 3);
    await choose(studio, [picture('fifth.jpg')]);
    await page.getByText('Not added: fourth.jpg, fifth.jpg').waitFor();
    await page.getByRole('button', { name: 'Remove third.jpg' }).click();
    await page.getByText('Not added:').waitFor({ state: 'detached' });
    await studio.make('A ring in other formats');
    await studio.card('A ring in other formats').waitFor();
    const { videoTasks } = await app
      .as()
      .query<{ videoTasks: { edges: { node: object }[] } }>(
        '{ videoTasks(first: 1) { edges { node { referenceImages { contentType width } } } } }',
      );
    expect(videoTasks.edges[0]?.node).toEqual({
      referenceImages: [
        { contentType: 'image/jpeg', width: 1 },
        { contentType: 'image/jpeg', width: 640 },
      ],
    });
    expect(studio.complaints).toEqual([]);
  });

  it('shows the whole prompt of a use case before it is paid for, and has seed and options under More', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, generate } = studio;
    await studio.prompt.fill('A ruby');
    await studio.choose('Use case', 'Gemstone close-up');
    await page.getByRole('button', { name: 'Whole prompt' }).click();
    const whole = page.getByRole('region', { name: 'Whole prompt' });
    await whole.getByText('A macro close-up of a gemstone.').waitFor();
    const text = await whole.textContent();
    expect(text).toMatch(/A ruby$/);
    await page.getByRole('combobox', { name: 'Model' }).click();
    await page
      .getByRole('option', { name: /^Wan 2\.7/ })
      .first()
      .click();
    await page.locator('.more-trigger').click();
    await page.getByLabel('Seed').fill('one');
    await page.getByLabel('Provider options').fill('{"watermark": ');
    await page.locator('.more-trigger').click();
    await generate.click();
    // An error opens what hides it, and has the focus.
    await page.getByText('A seed is a whole number').waitFor();
    await waitFor('the focus', () =>
      page.getByLabel('Seed').evaluate((field) => field === document.activeElement),
    );
    await page.getByLabel('Seed').fill('7');
    await generate.click();
    await page.getByText('This must be a JSON object.').waitFor();
    await page.getByLabel('Provider options').fill('{"note": "blue"}');
    await generate.click();
    await studio.card('A ruby').waitFor();
    const { videoTasks } = await app
      .as()
      .query<{ videoTasks: { edges: { node: object }[] } }>(
        '{ videoTasks(first: 1) { edges { node { prompt seed providerOptions } } } }',
      );
    expect(videoTasks.edges[0]?.node).toEqual({ prompt: text, seed: 7, providerOptions: { note: 'blue' } });
    expect(studio.complaints).toEqual([]);
  });

  it('keeps a draft in each tab over a reload, and begins a new tab with the last one', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const draft = () => page.evaluate(() => localStorage.getItem('reelay:draft') ?? '');
    const isKept = (text: string) => waitFor('the draft', draft, (kept) => kept.includes(text));
    await studio.prompt.fill('A ring in the first tab');
    await isKept('first tab');
    const other = await page.context().newPage();
    await other.goto(app.url);
    const otherPrompt = other.locator('#prompt');
    await waitFor(
      'the last draft',
      async () => (await otherPrompt.inputValue()) === 'A ring in the first tab',
    );
    await otherPrompt.fill('A ring in the second tab');
    await isKept('second tab');
    await page.reload();
    await studio.generate.waitFor();
    expect(await studio.prompt.inputValue()).toBe('A ring in the first tab');
    expect(studio.complaints).toEqual([]);
  });

  it('never shows a price of other settings as the present one', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const current = page.locator('.estimate:not([data-stale])');
    await current.getByText('about $0.15').waitFor();
    await page.locator('.create').evaluate((form) => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const model = form.querySelector('.chip-box[data-wide]')?.textContent ?? '';
        seen.push(`${model}: ${form.querySelector('.estimate:not([data-stale])')?.textContent ?? 'stale'}`);
      }).observe(form, { attributes: true, childList: true, characterData: true, subtree: true });
    });
    await studio.choose('Model', /^Veo 3\.1 Quality/);
    await current.getByText('about $1.13').waitFor();
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect(seen.filter((text) => text.includes('Quality')).length).toBeGreaterThan(0);
    expect(seen.filter((text) => /Quality.*: .*about \$0\.15/.test(text))).toEqual([]);
    expect(studio.complaints).toEqual([]);
  });
});
