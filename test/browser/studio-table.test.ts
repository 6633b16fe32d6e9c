import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

const jpeg = readFileSync('src/providers/simulator/samples/16x9.jpg');

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

interface Row {
  readonly label: string | null;
  readonly userPrompt: string;
  readonly group: string | null;
  readonly aspectRatio: string;
  readonly durationSeconds: number;
}
const tasks = async (search: string) => {
  const { videoTasks } = await app.as().query<{ videoTasks: { edges: { node: Row }[] } }>(
    `query ($search: String) { videoTasks(filter: { search: $search }) {
       edges { node { label userPrompt group aspectRatio durationSeconds } } } }`,
    { search },
  );
  return videoTasks.edges.map(({ node }) => node).toReversed();
};
const violations = async ({ page }: OpenStudio) => {
  await page.locator('.dialog').waitFor();
  const found = await new AxeBuilder({ page }).include('.dialog').setLegacyMode().analyze();
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]);
};

describe('a table of videos', () => {
  it('is checked row by row, approved with its total, and goes on after a reload without paying twice', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const dialog = page.locator('.dialog');
    await page.getByRole('button', { name: 'From a table' }).press('Enter');
    await dialog
      .getByRole('textbox', { name: 'Table' })
      .fill(
        [
          'SKU,Prompt,Aspect ratio,Duration,Variants,Colour',
          'T-1,"A teapot, blue",9:16,,,red',
          'T-2,A teapot in rain,,4,2,red',
          'T-3,A teapot for too long,,7,,red',
          'T-4,A teapot,wide,,,red',
          'T-5,A teapot at night,,,,red',
          'T-6,,,,,red',
          `${'T'.repeat(201)},A teapot with a long name,,,,red`,
        ].join('\n'),
      );
    // Closed by mistake: nothing is lost.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'From a table' }).press('Enter');
    await dialog.getByRole('button', { name: 'Check the table' }).click();
    await dialog.getByText('These columns are not known and not used: Colour').waitFor();
    await dialog.getByText('Total: about $0.60').waitFor();
    await dialog.getByText('4 videos · 4 rows with errors are left out').waitFor();
    await waitFor(
      'the refusal',
      () => dialog.getByRole('row', { name: /T-3/ }).textContent(),
      (text) => text?.includes('does not support 7 s') === true,
    );
    await dialog
      .getByRole('row', { name: /T-4/ })
      .getByText('Aspect ratio: “wide” is not understood.')
      .waitFor();
    await dialog.getByRole('row', { name: /T-6 – There is no prompt/ }).waitFor();
    await dialog.getByRole('row', { name: /^8 T+ A teapot with a long name .*200/ }).waitFor();
    expect(await violations(studio)).toEqual([]);
    expect(await tasks('teapot')).toEqual([]);

    // The server makes the second video, but its answer is lost, and every later request fails.
    let asked = 0;
    let isCut = true;
    await page.route('**/graphql', async (route) => {
      if (!isCut || !(route.request().postData() ?? '').includes('mutation Generate'))
        return route.continue();
      asked += 1;
      if (asked === 1) return route.continue();
      if (asked === 2) await route.fetch();
      return route.abort('connectionreset');
    });
    await dialog.getByRole('button', { name: 'Generate 4 videos · $0.60' }).click();
    await dialog.getByText('The server does not respond; it is asked again.').waitFor();
    expect(await tasks('teapot')).toHaveLength(2);
    await page.reload();
    // The route stays: one that is taken away while the page loads may hold a request for ever.
    isCut = false;
    await page.getByText('Sent: 1 of 4. Interrupted: the rest is not sent.').waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await violations(studio)).toEqual([]);
    await dialog.getByRole('button', { name: 'Continue', exact: true }).click();
    await dialog.getByText('Sent: 4 of 4.').waitFor();
    const made = await tasks('teapot');
    const { group } = made[0] ?? { group: null };
    expect(group).toMatch(/^t-[0-9a-f]{32}$/);
    const row = { group, aspectRatio: 'LANDSCAPE_16_9', durationSeconds: 8 };
    expect(made).toEqual([
      { ...row, label: 'T-1', userPrompt: 'A teapot, blue', aspectRatio: 'PORTRAIT_9_16' },
      { ...row, label: 'T-2', userPrompt: 'A teapot in rain', durationSeconds: 4 },
      { ...row, label: 'T-2', userPrompt: 'A teapot in rain', durationSeconds: 4 },
      { ...row, label: 'T-5', userPrompt: 'A teapot at night' },
    ]);
    await dialog.getByRole('row', { name: /T-5/ }).getByText('Ready').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await page.locator('.batch-strip').waitFor({ state: 'detached' });
  }, 60_000);

  it('comes from the CSV file of a Russian Excel that is dropped on the page, with files of images, on a phone', async () => {
    await using studio = await openStudio(browser, app.url, {
      locale: 'ru-RU',
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    const { page } = studio;
    const dialog = page.locator('.dialog');
    const csv =
      'Артикул;Промпт;Фото;Длительность\r\nЧ-1;"Чайник; белый";chainik 1.jpg;8\r\nЧ-2;Чайник;нет.jpg;\r\n';
    const cp1251 = Array.from(csv, (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return code < 128 ? code : code - 0x410 + 0xc0;
    });
    await page.evaluate((bytes) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(bytes)], 'чайники.csv', { type: 'text/csv' }));
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: files }),
      );
    }, cp1251);
    await dialog.getByRole('button', { name: 'Проверить таблицу' }).click();
    await dialog.getByText('В таблице указаны 2 файла изображений').waitFor();
    await dialog
      .locator('input[type=file]')
      .setInputFiles({ name: 'Chainik 1.JPG', mimeType: 'image/jpeg', buffer: jpeg });
    await dialog.getByText('Всего около 0,15').waitFor();
    // Back to the text of the table: the files stay.
    await dialog.getByRole('button', { name: 'Назад' }).click();
    await dialog.getByRole('button', { name: 'Проверить таблицу' }).click();
    await dialog.getByText('Всего около 0,15').waitFor();
    expect(await violations(studio)).toEqual([]);
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await dialog.getByRole('button', { name: /^Сгенерировать 1 видео/ }).click();
    await dialog.getByText('Отправлено: 1 из 1.').waitFor();
    expect(await tasks('Чайник')).toMatchObject([{ label: 'Ч-1', userPrompt: 'Чайник; белый' }]);
    expect(studio.complaints).toEqual([]);
  });

  it('is sent by one tab, which the others follow, until it is closed', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let asked = 0;
    await page.route('**/graphql', async (route) => {
      if ((route.request().postData() ?? '').includes('mutation Generate')) asked += 1;
      if (asked === 2) await released;
      await route.continue().catch(() => undefined);
    });
    await page.getByRole('button', { name: 'From a table' }).click();
    await page.getByRole('textbox', { name: 'Table' }).fill('Prompt\nA kettle\nA pan\nA cup');
    await page.getByRole('button', { name: 'Check the table' }).click();
    await page.getByRole('button', { name: 'Generate 3 videos · $0.45' }).click();
    await page.getByText('Sending: 1 of 3.').first().waitFor();
    const other = await page.context().newPage();
    other.setDefaultTimeout(15_000);
    await other.goto(app.url);
    const strip = other.locator('.batch-strip');
    await strip.getByText('Sent: 1 of 3. Another tab of this browser sends the rest.').waitFor();
    expect(await strip.getByRole('button', { name: 'Continue' }).count()).toBe(0);
    await page.close();
    release();
    await strip.getByText('Sent: 1 of 3. Interrupted: the rest is not sent.').waitFor();
    await strip.getByRole('button', { name: 'Continue' }).click();
    await strip.getByText('Sent: 3 of 3.').waitFor();
    const made = await app
      .as()
      .query<{ videoTasks: { totalCount: number } }>(
        `{ videoTasks(filter: { group: "${await other.evaluate(groupOfBatch)}" }) { totalCount } }`,
      );
    expect(made.videoTasks.totalCount).toBe(3);
  });
});

/** The group of the batch that the page's browser keeps. */
const groupOfBatch = (): string =>
  (JSON.parse(localStorage.getItem('reelay:batch') ?? '[]') as { input: { group: string } }[])[0]?.input
    .group ?? '';
