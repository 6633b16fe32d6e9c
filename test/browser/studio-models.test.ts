import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
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

const openModels = async ({ page }: OpenStudio) => {
  await page.getByRole('combobox', { name: /^Model/ }).click();
  await page.getByRole('option').first().waitFor();
};
const choose = async (studio: OpenStudio, label: string) => {
  await openModels(studio);
  await studio.page.getByRole('option', { name: label, exact: false }).first().click();
};
const cost = ({ page }: OpenStudio) => page.locator('.estimate dd').first();
const tasks = async (search: string) => {
  const { videoTasks } = await app.as().query<{ videoTasks: { edges: { node: object }[] } }>(
    `query ($search: String) { videoTasks(filter: { search: $search }) {
       edges { node { model audio negativePrompt durationSeconds resolution aspectRatio } } } }`,
    { search },
  );
  return videoTasks.edges.map(({ node }) => node);
};

describe('the models in the studio', () => {
  it('are listed by maker with the price for the chosen settings and the time, and offer what they can do', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A kestrel with sound');
    await openModels(studio);
    const groups = await page.locator('.item-group').allTextContents();
    expect(groups).toEqual([...new Set(groups)]);
    expect(groups).toEqual(expect.arrayContaining(['Google', 'ByteDance', 'Kling', 'Alibaba', 'MiniMax']));
    await page.getByRole('option', { name: /^Kling 2\.6/ }).click();
    await cost(studio).getByText('about $0.275').waitFor();
    const sound = page.getByRole('switch', { name: 'Sound' });
    expect(await sound.getAttribute('aria-checked')).toBe('false');
    await sound.click();
    await cost(studio).getByText('about $0.55').waitFor();
    await studio.choose('Duration', '10 s');
    await cost(studio).getByText('about $1.10').waitFor();
    // The other models are compared at the same length and sound.
    await openModels(studio);
    await page.getByRole('option', { name: /^Kling 2\.6.*\$1\.10/ }).waitFor();
    await page.getByRole('option', { name: /^Seedance 1\.5 Pro.*\$0\.35.*about 2 min/ }).waitFor();
    await page.keyboard.press('Escape');
    await generate.click();
    await studio.card('A kestrel with sound').waitFor();
    expect(await tasks('A kestrel')).toEqual([
      {
        model: 'kling-2.6/text-to-video',
        audio: true,
        negativePrompt: null,
        durationSeconds: 10,
        resolution: 'P1080',
        aspectRatio: 'LANDSCAPE_16_9',
      },
    ]);
    expect(studio.complaints).toEqual([]);
  });

  it('have a negative prompt under More where they accept one, and say why sound cannot be changed', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A heron without blur');
    await page.locator('.more-trigger').click();
    expect(await page.getByLabel('What should it not show?').count()).toBe(0);
    await page.getByText('Veo 3.1 Fast always makes videos with sound.').waitFor();
    await choose(studio, 'Wan 2.7');
    await page.getByLabel('What should it not show?').fill('blur');
    await studio.choose('Duration', '13 s');
    await studio.choose('Aspect ratio', '3:4');
    await generate.click();
    await studio.card('A heron without blur').waitFor();
    expect(await tasks('A heron')).toMatchObject([
      { negativePrompt: 'blur', audio: null, durationSeconds: 13, aspectRatio: 'PORTRAIT_3_4' },
    ]);
    await studio.card('A heron without blur').getByRole('heading').getByRole('link').click();
    await page.getByRole('dialog').getByText('Not to be shown').waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('that need an image say so, and follow its ratio', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A swift in one picture');
    await choose(studio, 'Hailuo 2.3 Pro');
    await page.getByText('Hailuo 2.3 Pro needs an image.').waitFor();
    await generate.click();
    await page.getByText('This model needs an image. Add one').waitFor();
    expect(await tasks('A swift')).toEqual([]);
    await page.locator('input[type=file]').setInputFiles('src/providers/simulator/samples/16x9.jpg');
    await page.locator('.image[data-state="done"]').waitFor();
    expect(await page.getByRole('combobox', { name: 'Aspect ratio' }).textContent()).toBe('Auto');
    await studio.choose('Resolution', '1080p');
    await page.getByText('At this resolution: only 6 s.').waitFor();
    await generate.click();
    await studio.card('A swift in one picture').waitFor();
    await waitFor(
      'the task',
      () => tasks('A swift'),
      (found) => found.length === 1,
    );
    expect(await tasks('A swift')).toMatchObject([
      { aspectRatio: 'AUTO', durationSeconds: 6, resolution: 'P1080' },
    ]);
    expect(studio.complaints).toEqual([]);
  });

  it('are in Russian for a Russian browser', async () => {
    await using studio = await openStudio(browser, app.url, { locale: 'ru-RU' });
    const { page } = studio;
    await page.getByRole('combobox', { name: /^Модель/ }).click();
    await page.getByRole('option', { name: /^Kling 3\.0(?! Turbo)/ }).click();
    await page.getByRole('switch', { name: 'Звук' }).click();
    await page.getByRole('combobox', { name: /^Длительность/ }).waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
