import { mkdir } from 'node:fs/promises';
import type { BrowserContextOptions } from 'playwright-core';
import { buildStudio } from '../client/build.ts';
import { arrangedStudio } from './support/arranged-studio.ts';
import { startBrowser, type TestBrowser } from './support/browser.ts';
import inflateChromium from './support/inflate-chromium.ts';
import { startKieApp } from './support/kie-app.ts';
import { holdTasks, openStudio } from './support/studio.ts';

const folder = 'docs/images/studio';
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 } },
};

// Writes a picture of every state of the studio, in each look, for people to judge; and the two of the README.
await buildStudio();
await inflateChromium();
await mkdir(folder, { recursive: true });
await using browser = await startBrowser();
for (const [look, options] of Object.entries(looks)) {
  await using arranged = await arrangedStudio(browser, options);
  for (const { name, arrange } of arranged.states) {
    await arrange(arranged.studio);
    await arranged.studio.page.screenshot({
      path: `${folder}/${name}-${look}.png`,
      animations: 'disabled',
      fullPage: look === 'phone' && (name === 'creating' || name === 'refused'),
    });
  }
}
await pictureOf(browser, 'docs/images/studio-light.png', {}, [
  ['A ceramic cup, steam rises in morning light', '16:9'],
  ['Sneakers on wet asphalt, the city behind them', '9:16'],
  ['A bottle of perfume in the rain, drops on black stone', '16:9'],
  ['A watch turns slowly on black velvet, studio light', '9:16'],
  ['A red fox walks through fresh snow, low winter sun', '16:9'],
]);
await pictureOf(browser, 'docs/images/studio-ru-dark.png', { colorScheme: 'dark', locale: 'ru-RU' }, [
  ['Керамическая чашка, пар в утреннем свете', '16:9'],
  ['Кроссовки на мокром асфальте, город вдали', '9:16'],
  ['Флакон духов под дождём, капли на чёрном камне', '9:16'],
  ['Часы медленно вращаются на чёрном бархате, студийный свет', '16:9'],
  ['Рыжая лиса идёт по свежему снегу, низкое зимнее солнце', '16:9'],
]);

/** A day's work: videos that are ready, and the last one under way. */
async function pictureOf(
  browserOfAll: TestBrowser,
  path: string,
  options: BrowserContextOptions,
  prompts: readonly (readonly [prompt: string, aspect: string])[],
): Promise<void> {
  await using app = await startKieApp({ BUDGET_PER_MONTH: '25' });
  const size = { viewport: { width: 1440, height: 810 } };
  await using studio = await openStudio(browserOfAll, app.url, {
    ...size,
    reducedMotion: 'reduce',
    ...options,
  });
  const { page } = studio;
  for (const [index, [prompt, aspect]] of prompts.entries()) {
    const isLast = index === prompts.length - 1;
    if (isLast) await holdTasks(app.simulator.url);
    await page.getByRole('combobox', { name: /^(?:Aspect ratio|Соотношение сторон)$/ }).click();
    await page.getByRole('option', { name: aspect }).click();
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await studio.make(prompt);
    const stage = isLast ? 'GENERATING' : 'COMPLETED';
    await page.locator(`.card[data-stage="${stage}"]`, { hasText: prompt }).waitFor();
  }
  await page.locator('.create').evaluate((form) => {
    form.parentElement?.scrollTo(0, 0);
    window.scrollTo(0, 0);
  });
  await page.mouse.move(0, 0);
  // The bar has something to show.
  await page.getByText(/1\d\s?%/).waitFor({ timeout: 20_000 });
  await page.locator('.card video').first().waitFor();
  await page.screenshot({ path, animations: 'disabled' });
}
