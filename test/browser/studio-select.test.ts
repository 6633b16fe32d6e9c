import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  for (const prompt of ['Plover 1', 'Plover 2', 'Plover 3 [sim:filtered]', 'Plover 4 [sim:filtered]']) {
    const { id } = await caller.make(prompt);
    await caller.untilStage(id, prompt.includes('sim') ? 'FAILED' : 'COMPLETED');
  }
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const listed = async () => {
  const { videoTasks } = await app.as().query<{
    videoTasks: { edges: { node: { prompt: string; retryOf: { id: string } | null } }[] };
  }>('{ videoTasks { edges { node { prompt retryOf { id } } } } }');
  return videoTasks.edges.map(({ node }) => `${node.prompt}${node.retryOf === null ? '' : ' again'}`);
};

describe('selected videos', () => {
  it('are downloaded as a zip, retried for a price that is stated before, and deleted, by click and Shift click', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const bar = page.getByRole('toolbar', { name: 'Selected videos' });
    const select = (name: string, shift = false) =>
      page.getByRole('checkbox', { name: `Select ${name}` }).click(shift ? { modifiers: ['Shift'] } : {});
    await studio.card('Plover 1').waitFor();
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    await select('Plover 4');
    await select('Plover 2', true);
    await bar.getByText('3 selected').waitFor();
    // Two of them have failed, and one is ready.
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        bar.getByRole('button', { name }).click(),
      ]);
      return download;
    };
    expect((await saved('Download 1')).suggestedFilename()).toMatch(/^Plover-2_\d{4}-\d\d-\d\d\.mp4$/);
    await bar.getByRole('button', { name: 'Retry 2' }).click();
    const question = page.getByRole('alertdialog', { name: 'Retry 2 videos?' });
    await question.getByText('about $0.30 in total').waitFor();
    await question.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('2 videos started.').waitFor();
    await waitFor(
      'the new ones',
      listed,
      (prompts) => prompts.filter((prompt) => prompt.endsWith('again')).length === 2,
    );

    await select('Plover 1');
    await bar.getByText('2 selected').waitFor();
    const zip = await saved('Download 2');
    expect(zip.suggestedFilename()).toMatch(/^reelay_\d{4}-\d\d-\d\d\.zip$/);
    await using folder = await temporaryFolder();
    await zip.saveAs(join(folder.path, 'videos.zip'));
    const bytes = (await readFile(join(folder.path, 'videos.zip'))).toString('latin1');
    for (const name of ['Plover-1_', 'Plover-2_']) expect(bytes).toContain(name);

    await bar.getByRole('button', { name: 'Delete 2' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('2 videos deleted.').waitFor();
    await bar.getByText('Select videos').waitFor();
    expect((await listed()).toSorted()).toEqual([
      'Plover 3 [sim:filtered]',
      'Plover 3 [sim:filtered] again',
      'Plover 4 [sim:filtered]',
      'Plover 4 [sim:filtered] again',
    ]);
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    expect(studio.complaints).toEqual([]);
  });

  it('has a share page, which its menu opens and copies', async () => {
    const { id } = await app.as().make('A plover to share');
    await app.as().untilStage(id, 'COMPLETED');
    await using studio = await openStudio(browser, app.url, {
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    const { page } = studio;
    await studio.card('A plover to share').getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy a link to the share page' }).click();
    await page.getByText('Link copied.').waitFor();
    await studio.card('A plover to share').getByRole('button', { name: 'More' }).click();
    const [shared] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('menuitem', { name: 'Open the share page' }).click(),
    ]);
    await shared.getByRole('heading', { name: 'A plover to share' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shared.url());
  });
});
