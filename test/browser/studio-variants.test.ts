import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

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

const tasks = async (search: string) => {
  const { videoTasks } = await app
    .as()
    .query<{ videoTasks: { edges: { node: { group: string | null } }[] } }>(
      'query ($search: String) { videoTasks(filter: { search: $search }) { edges { node { group } } } }',
      { search },
    );
  return videoTasks.edges.map(({ node }) => node);
};

describe('the variants of a video', () => {
  it('are paid for once, also where an answer was lost, and are compared in step', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, generate } = studio;
    await studio.choose('Aspect ratio', '9:16');
    await studio.choose('Variants', '2 variants');
    await page.getByText('about $0.30').waitFor();
    let answers = 0;
    await page.route('**/graphql', async (route) => {
      if (!(route.request().postData() ?? '').includes('mutation Generate')) return route.continue();
      answers += 1;
      if (answers !== 2) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await studio.prompt.fill('A cup that steams');
    await generate.click();
    await page.getByText('Press again: you will not be charged twice.').waitFor();
    expect(await tasks('A cup that steams')).toHaveLength(2);
    await generate.click();
    await waitFor(
      'all of them',
      () => studio.card('A cup that steams').count(),
      (count) => count === 2,
    );
    const made = await tasks('A cup that steams');
    expect([made.length, new Set(made.map(({ group }) => group)).size]).toEqual([2, 1]);
    expect(made[0]?.group).toMatch(/^v-/);
    await page.unroute('**/graphql');

    await waitFor(
      'the videos',
      () => studio.cards('COMPLETED').count(),
      (count) => count === 2,
    );
    await page.getByRole('button', { name: '2 of 2: compare the variants' }).press('Enter');
    const videos = page.locator('.compared video');
    await waitFor(
      'the players',
      () => videos.count(),
      (count) => count === 2,
    );
    // Portrait videos are as large as the screen allows, and not between bars.
    const shapes = await page
      .locator('.compared .media')
      .evaluateAll((boxes) => boxes.map(({ clientWidth, clientHeight }) => clientWidth / clientHeight));
    expect(shapes).toEqual([expect.closeTo(9 / 16, 2), expect.closeTo(9 / 16, 2)]);
    // Slowly, so that they do not reach their end before they are paused.
    await videos.evaluateAll((all: HTMLVideoElement[]) => {
      for (const video of all) video.playbackRate = 0.2;
    });
    await page.getByRole('button', { name: 'Play all' }).press('Enter');
    const times = () =>
      videos.evaluateAll((all: HTMLVideoElement[]) => all.map(({ currentTime }) => currentTime));
    await waitFor('them to play', times, (all) => all.every((time) => time > 0.05));
    const slider = page.getByRole('slider', { name: 'Position' });
    // Earlier than the first step in which it follows.
    const shownAt = await page
      .getByRole('button', { name: 'Pause' })
      .evaluate(async (button: HTMLElement) => {
        button.click();
        await new Promise((resolve) => setTimeout(resolve, 0));
        return Number(document.querySelector<HTMLInputElement>('.range')?.value);
      });
    expect(Math.abs(shownAt - Math.max(...(await times())))).toBeLessThan(0.05);
    await slider.press('Home');
    await waitFor('the beginning', times, (all) => all.every((time) => time === 0));
    await slider.press('ArrowRight');
    await waitFor('one step', times, (all) => all.every((time) => Math.abs(time - 0.04) < 0.001));
    await page.getByRole('button', { name: 'Sound of variant 2' }).click();
    expect(await videos.evaluateAll((all: HTMLVideoElement[]) => all.map(({ muted }) => muted))).toEqual([
      true,
      false,
    ]);
    await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
  }, 60_000);
});

describe('a video that was made', () => {
  it('fills the form with its settings and images, or with its last frame, and is made again at its price', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await page
      .locator('.images + input[type=file]')
      .setInputFiles(['src/providers/simulator/samples/16x9.jpg', 'src/providers/simulator/samples/1x1.jpg']);
    await waitFor(
      'the uploads',
      () => page.locator('.image[data-state="done"]').count(),
      (count) => count === 2,
    );
    await studio.choose('Use case', 'Hero shot');
    await studio.choose('Aspect ratio', '9:16');
    await page.getByPlaceholder('Label (SKU)').fill('SKU-9');
    await studio.make('A lighthouse at dusk');
    const card = studio.card('A lighthouse at dusk');
    await card.getByText('Ready').waitFor();
    await page.evaluate(() => localStorage.removeItem('reelay:draft'));
    await page.goto(`${app.url}/`);
    await studio.generate.waitFor();
    expect([await studio.prompt.inputValue(), await page.locator('.image').count()]).toEqual(['', 0]);
    const menu = async (item: string | RegExp) => {
      await card.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await studio.prompt.fill('Words that were never sent');
    await menu('Use these settings');
    await waitFor('the prompt', async () => (await studio.prompt.inputValue()) === 'A lighthouse at dusk');
    expect(await page.getByRole('combobox', { name: 'Aspect ratio' }).textContent()).toBe('9:16');
    expect(await page.getByRole('combobox', { name: 'Use case' }).textContent()).toBe('Hero shot');
    expect(await page.getByPlaceholder('Label (SKU)').inputValue()).toBe('SKU-9');
    expect(await page.locator('.image[data-state="done"]').count()).toBe(2);
    await waitFor('the focus', () => studio.prompt.evaluate((field) => field === document.activeElement));
    // What they replaced is among the earlier prompts.
    expect(await page.evaluate(() => localStorage.getItem('reelay:prompts'))).toContain(
      'Words that were never sent',
    );
    await menu('Continue from the last frame');
    await page.getByText('The last frame is the first image.').waitFor();
    await page.locator('.image[data-state="done"]', { hasText: 'First frame' }).waitFor();
    await studio.make('The lighthouse by day');
    await studio.card('The lighthouse by day').waitFor();
    const { videoTasks } = await app
      .as()
      .query<{ videoTasks: { edges: { node: object }[] } }>(
        '{ videoTasks(first: 1) { edges { node { userPrompt imagesAs referenceImages { width } } } } }',
      );
    expect(videoTasks.edges[0]?.node).toEqual({
      userPrompt: 'The lighthouse by day',
      imagesAs: 'FIRST_FRAME',
      referenceImages: [{ width: 360 }],
    });
    await menu(/^Generate again · \$0\.15$/);
    await waitFor(
      'another',
      () => studio.card('A lighthouse at dusk').count(),
      (count) => count === 2,
    );
    expect(studio.complaints).toEqual([]);
  }, 60_000);

  it('leaves its prompt in the list of earlier ones, and its settings in a preset', async () => {
    await using studio = await openStudio(browser, app.url, { locale: 'ru-RU' });
    const { page } = studio;
    await page.getByRole('combobox', { name: 'Соотношение сторон' }).click();
    await page.getByRole('option', { name: '9:16' }).click();
    await studio.make('Кольцо на бархате');
    await studio.card('Кольцо на бархате').waitFor();
    await page.getByRole('button', { name: 'Заготовки' }).click();
    await page.getByRole('menuitem').first().click();
    await page.getByLabel('Название').fill('Кольца');
    await page.keyboard.press('Enter');
    await page.locator('.dialog').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Соотношение сторон' }).click();
    await page.getByRole('option', { name: '16:9' }).click();
    await studio.prompt.fill('Что-то другое');
    await page.reload();
    await page.getByRole('button', { name: 'Заготовки' }).click();
    await page.getByRole('menuitem', { name: /^Кольца/ }).click();
    await waitFor('the prompt', async () => (await studio.prompt.inputValue()) === 'Кольцо на бархате');
    expect(await page.getByRole('combobox', { name: 'Соотношение сторон' }).textContent()).toBe('9:16');
    await studio.prompt.fill('');
    await page.getByRole('button', { name: 'Прошлые описания' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Кольцо на бархате' }).press('Enter');
    await waitFor('the prompt', async () => (await studio.prompt.inputValue()) === 'Кольцо на бархате');
    expect(await studio.card('Кольцо на бархате').count()).toBe(1);
    expect(studio.complaints).toEqual([]);
  });
});
