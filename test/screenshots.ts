import { glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { buildStudio, studioDirectory } from '../client/build.ts';
import { arrangedStudio } from './support/arranged-studio.ts';
import { startBrowser, type TestBrowser } from './support/browser.ts';
import inflateChromium from './support/inflate-chromium.ts';
import { startKieApp } from './support/kie-app.ts';
import { holdTasks, openStudio } from './support/studio.ts';

const folder = 'docs/images/studio';
const phone = { width: 390, height: 844 };
const finger = { hasTouch: true, isMobile: true };
/** Each look with the language of its pictures; the states are led through in English. */
const looks: Readonly<Record<string, BrowserContextOptions & { readonly language?: 'ru' }>> = {
  light: {},
  dark: { colorScheme: 'dark' },
  phone: { viewport: phone, ...finger },
  'phone-dark': { viewport: phone, ...finger, colorScheme: 'dark' },
  ru: { language: 'ru' },
  'ru-phone': { language: 'ru', viewport: phone, ...finger },
};

// Writes a picture of every state of the studio, in each look, for people to judge; and the two of the README. With
// names of looks, or `readme`, only those.
await buildStudio();
await inflateChromium();
await mkdir(folder, { recursive: true });
await using browser = await startBrowser();
const chosen = process.argv.slice(2);
for (const [look, { language, ...options }] of Object.entries(looks)) {
  if (chosen.length > 0 && !chosen.includes(look)) continue;
  await using arranged = await arrangedStudio(browser, options);
  const { page } = arranged.studio;
  for (const { name, arrange } of arranged.states) {
    await arrange(arranged.studio);
    if (language !== undefined) await page.evaluate(speak, [language, await textsOf(language)] as const);
    await page.screenshot({
      path: `${folder}/${name}-${look}.png`,
      animations: 'disabled',
      fullPage: options.viewport === phone && ['creating', 'refused', 'costs'].includes(name),
    });
    if (language !== undefined) await page.evaluate(speak, ['en', await textsOf('en')] as const);
  }
}
if (chosen.length === 0 || chosen.includes('readme')) await picturesOfReadme();

/** The built texts of a language. */
async function textsOf(language: string): Promise<Record<string, unknown>> {
  for await (const file of glob(`assets/${language}-*.js`, { cwd: studioDirectory }))
    return ((await import(join(studioDirectory, file))) as { messages: Record<string, unknown> }).messages;
  throw new Error(`No texts of ${language} were built.`);
}

/** Runs in the page: changes the language of the studio as it is, without closing what is open. */
function speak([locale, messages]: readonly [string, Record<string, unknown>]): void {
  interface Fiber {
    readonly child: Fiber | null;
    readonly memoizedProps: { readonly i18n?: { loadAndActivate: (texts: object) => void } } | null;
  }
  const root = document.getElementById('root') as unknown as Record<string, Fiber> | null;
  const key =
    root === null ? undefined : Object.keys(root).find((name) => name.startsWith('__reactContainer'));
  for (let at = key === undefined ? null : (root?.[key] ?? null); at !== null; at = at.child)
    at.memoizedProps?.i18n?.loadAndActivate({ locale, messages });
}

/** The two pictures of the README. */
async function picturesOfReadme(): Promise<void> {
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
}

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
