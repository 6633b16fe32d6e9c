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

describe('a day with the studio', () => {
  it('goes by touch on a phone, in Russian and dark, from a picture to a video that is selected and deleted', async () => {
    await using studio = await openStudio(browser, app.url, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      locale: 'ru-RU',
      colorScheme: 'dark',
    });
    const { page } = studio;
    const isDark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await isDark()).toBe('rgb(15, 15, 20)');
    await page
      .locator('.images + input[type=file]')
      .setInputFiles('src/providers/simulator/samples/16x9.jpg');
    await page.locator('.image[data-state="done"]').waitFor();
    await page.getByRole('combobox', { name: 'Соотношение сторон' }).tap();
    await page.getByRole('option', { name: '9:16' }).tap();
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await studio.prompt.fill('Кольцо на бархате, по касанию');
    await page.getByText('около 0,15 $').waitFor();
    await studio.generate.tap();
    const card = studio.card('Кольцо на бархате, по касанию');
    await card.getByText('Готово').waitFor();
    // The page has gone to the card by itself: it is below the form.
    await waitFor('the card in view', () =>
      card.evaluate((element) => element.getBoundingClientRect().top < innerHeight),
    );
    await card.getByRole('button', { name: 'Смотреть' }).tap();
    await waitFor('the video to play', () =>
      card.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime > 0),
    );
    await card.getByRole('link', { name: 'Кольцо на бархате, по касанию' }).tap();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('История').waitFor();
    await dialog.getByText('9:16').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const outside = await dialog.evaluate((element) => {
      const { right } = element.getBoundingClientRect();
      const parts = [...element.querySelectorAll('button, a, video')];
      return parts.filter((part) => part.getBoundingClientRect().right > right).map((part) => part.outerHTML);
    });
    expect(outside).toEqual([]);
    await dialog.getByRole('button', { name: 'Закрыть' }).tap();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: /в этом месяце/ }).tap();
    await page.getByRole('table', { name: /по моделям/i }).waitFor();
    await page.getByRole('link', { name: 'К вашим видео' }).tap();
    await page.getByRole('button', { name: 'Выбрать' }).tap();
    await page.getByRole('checkbox', { name: /Кольцо на бархате/ }).tap();
    await page.getByRole('button', { name: /^Удалить/ }).tap();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Удалить/ })
      .tap();
    await card.waitFor({ state: 'detached' });
    await page.getByText('Здесь появится ваше первое видео').waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
