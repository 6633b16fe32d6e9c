import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
let app: KieApp;
beforeAll(async () => {
  browser = await startBrowser();
  app = await startKieApp();
  const caller = app.as();
  for (const label of ['SKU-7', 'SKU-7', '=Spring, "new"', null]) {
    const { id } = await caller.make('A fox that costs', { label });
    await caller.untilStage(id, 'COMPLETED');
  }
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

describe('the page about costs', () => {
  it('has the total, the days by keyboard and as a table, models, labels, balance, and a CSV', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await page.getByRole('link', { name: /this month/ }).click();
    await page.waitForURL(`${app.url}/costs`);
    await page.getByText('$0.60', { exact: true }).first().waitFor();
    await page.getByText(/Balance at Kie API/).waitFor();
    await waitFor(
      'the title',
      () => page.title(),
      (title) => title === 'Costs · Reelay',
    );
    // By keyboard: one stop of Tab, and arrows from day to day. Today is the last one.
    const bars = page.getByRole('group', { name: /^Cost by day/ });
    await bars.getByRole('button').last().focus();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(await focused()).toMatch(/: \$0\.60, 4 videos$/);
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/ 1: \$/);
    await page.getByRole('button', { name: 'Show the table' }).click();
    await page.getByRole('table', { name: 'Cost by day' }).getByText('$0.60').waitFor();
    await page.getByRole('table', { name: 'Cost by model' }).getByText('Veo 3.1 Fast').waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations).toEqual([]);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^reelay-costs_\d{4}-\d\d-01_\d{4}-\d\d-\d\d\.csv$/);
    await using folder = await temporaryFolder();
    await download.saveAs(join(folder.path, 'costs.csv'));
    const csv = await readFile(join(folder.path, 'costs.csv'), 'utf8');
    // A label is neither a formula nor two cells.
    expect(csv.split('\r\n').slice(2)).toEqual([
      'model,KIE veo3_fast,4,0.6,true',
      'label,SKU-7,2,0.3,true',
      expect.stringMatching(/^label,/),
      expect.stringMatching(/^label,/),
    ]);
    expect(csv).toContain(`label,"'=Spring, ""new""",1,0.15,true`);

    await page.getByRole('combobox', { name: 'Period' }).click();
    await page.getByRole('option', { name: 'Last month' }).click();
    await page.getByText('$0.00').first().waitFor();
    expect(page.url()).toBe(`${app.url}/costs?period=lastMonth`);
    await page.goBack();
    await page.getByRole('button', { name: 'SKU-7' }).click();
    await page.waitForURL(`${app.url}/?label=SKU-7`);
    await waitFor(
      'the videos of the label',
      () => studio.cards().count(),
      (count) => count === 2,
    );
    // A link to the page opens it.
    await page.goto(`${app.url}/costs`);
    await page.getByRole('heading', { name: 'By label' }).waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('has room for every name below the bars on a phone, and is about fingers there', async () => {
    for (const locale of ['en-US', 'ru-RU']) {
      await using studio = await openStudio(browser, app.url, {
        locale,
        viewport: { width: 360, height: 780 },
        hasTouch: true,
        isMobile: true,
      });
      const { page } = studio;
      for (const period of ['', '?period=lastMonth', '?period=days30', '?period=year']) {
        await page.goto(`${app.url}/costs${period}`);
        await page.getByText(/^(?:Tap a bar|Коснитесь нужного столбца)/).waitFor();
        const crowded = await page.locator('.chart-names > span').evaluateAll((names) => {
          const end = names[0]?.parentElement?.getBoundingClientRect().right ?? 0;
          const boxes = names
            .filter((name) => name.textContent !== '' && getComputedStyle(name).visibility === 'visible')
            .map((name) => {
              const range = document.createRange();
              range.selectNodeContents(name);
              return { text: name.textContent, box: range.getBoundingClientRect() };
            });
          return boxes
            .filter(({ box }, index) => box.right > (boxes[index + 1]?.box.left ?? end) + 0.5)
            .map(({ text }) => text);
        });
        expect(crowded).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      }
      expect(studio.complaints).toEqual([]);
    }
  });
});
