import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startGoogleApp, type GoogleApp } from '../support/google-app.ts';
import { startTestApp } from '../support/start-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
import { png } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
let app: GoogleApp;
beforeAll(async () => {
  browser = await startBrowser();
  app = await startGoogleApp();
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const written = 'The camera moves slowly around the subject of 1 picture(s) in soft light.';
const addPicture = async ({ page }: OpenStudio) => {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'ring.png', mimeType: 'image/png', buffer: png });
  await page.locator('.image[data-state="done"]').waitFor();
};
const hasPrompt = ({ prompt }: OpenStudio, text: string) =>
  waitFor(
    'the prompt',
    () => prompt.inputValue(),
    (value) => value === text,
  );

describe('a prompt drafted in the studio', () => {
  it('comes from the picture and the notes, can be taken back, and is sent by the person alone', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const draft = page.getByRole('button', { name: 'Draft from pictures' });
    await page.getByText('Add a picture below, and a prompt can be drafted from it.').waitFor();
    await draft.click({ force: true });
    expect(app.simulator.stats.drafts).toBe(0);
    await addPicture(studio);
    await studio.prompt.fill('slowly, at dusk');
    await draft.click();
    await hasPrompt(studio, written);
    await page.getByText('Drafted from your pictures.').waitFor();
    const { violations } = await new AxeBuilder({ page }).include('.create').setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole('button', { name: 'Restore my text' }).click();
    await hasPrompt(studio, 'slowly, at dusk');
    await draft.click();
    await hasPrompt(studio, written);
    expect([app.simulator.stats.drafts, app.simulator.stats.createsReceived]).toEqual([2, 0]);
    await studio.make(`${written} At dusk.`);
    await studio.card('At dusk.').getByText('Ready').waitFor();
    expect([app.simulator.stats.createsReceived, studio.complaints]).toEqual([1, []]);
  });

  it('says in the language of the page why there is none, and leaves the text as it is', async () => {
    await using studio = await openStudio(browser, app.url, { locale: 'ru-RU' });
    const { page } = studio;
    await addPicture(studio);
    await studio.prompt.fill('[sim:google-draft=503]');
    await page.getByRole('button', { name: 'Описать изображения' }).click();
    await page.locator('.prompt-draft').getByText('Не удалось составить описание.').waitFor();
    expect(await studio.prompt.inputValue()).toBe('[sim:google-draft=503]');
  });

  it('keeps what was typed while the model wrote', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await addPicture(studio);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('draftPrompt') === true) await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Draft from pictures' }).click();
    await page.getByText('Looking at the pictures…').waitFor();
    await studio.prompt.fill('my own words');
    release();
    await page.getByText('The draft is ready.').waitFor();
    await hasPrompt(studio, 'my own words');
    await page.getByRole('button', { name: 'Use the draft' }).click();
    await hasPrompt(studio, written);
    await page.getByRole('button', { name: 'Restore my text' }).click();
    await hasPrompt(studio, 'my own words');
    expect(studio.complaints).toEqual([]);
  });

  it('is not offered where the server has no key', async () => {
    await using other = await startTestApp();
    await using studio = await openStudio(browser, other.url);
    expect(await studio.page.getByRole('button', { name: 'Draft from pictures' }).count()).toBe(0);
  });
});
