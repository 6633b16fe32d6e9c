import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { openStudio, type OpenStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

const png = readFileSync(new URL('../../docs/images/graphiql.png', import.meta.url));

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
let creates = 0;
beforeEach(async () => {
  creates = await tasks();
});

const tasks = async () =>
  (await app.as().query<{ videoTasks: { totalCount: number } }>('{ videoTasks { totalCount } }')).videoTasks
    .totalCount;

/** How many tasks were created since the test began. */
const made = async () => (await tasks()) - creates;

const heic = { name: 'ring.heic', mimeType: 'image/heic', buffer: Buffer.from('ftypheic') };
const picture = (name: string) => ({ name, mimeType: 'image/png', buffer: png });
type Files = Parameters<ReturnType<OpenStudio['page']['locator']>['setInputFiles']>[0];

const choose = ({ page }: OpenStudio, files: Files) => page.locator('input[type=file]').setInputFiles(files);
const done = ({ page }: OpenStudio, wanted: number) =>
  waitFor(
    'the uploads',
    () => page.locator('.image[data-state="done"]').count(),
    (count) => count === wanted,
  );

/** Submits by the button and by Ctrl+Enter. */
const pressBoth = async ({ page, generate }: OpenStudio) => {
  await generate.click();
  await page.keyboard.press('Control+Enter');
};

/** Verifies that nothing was sent: a later request has been answered, so an earlier one would have arrived. */
const nothingSent = async (studio: OpenStudio, sent: () => number) => {
  await studio.page.evaluate(async () => {
    await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
  });
  expect([sent(), await made()]).toEqual([0, 0]);
};
/** Counts the videos that a page asks for from now on. */
function watchGenerate({ page }: OpenStudio): () => number {
  let sent = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('mutation Generate') === true) sent++;
  });
  return () => sent;
}

describe('Generate', () => {
  it('sends nothing while a refused image is in the form, also after a reload', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, generate, prompt } = studio;
    await prompt.fill('A ring without its picture');
    await choose(studio, heic);
    await page.getByText('This browser cannot read this image.').waitFor();
    const sent = watchGenerate(studio);
    await pressBoth(studio);
    await page.getByText('An image cannot be used').waitFor();
    const remove = page.getByRole('button', { name: 'Remove ring.heic' });
    await waitFor('the cursor', () => remove.evaluate((button) => button === document.activeElement));
    await nothingSent(studio, sent);
    await page.reload();
    await page.locator('.image-problem').waitFor();
    await generate.click();
    await page.getByText('An image cannot be used').waitFor();
    expect(await made()).toBe(0);
    await remove.click();
    await generate.click();
    await studio.card('A ring without its picture').waitFor();
    expect(await made()).toBe(1);
    expect(studio.complaints).toEqual([]);
  });

  it('sends nothing after a failed upload, nor while one is running', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A ring whose picture is lost');
    const held = Promise.withResolvers<'abort'>();
    await page.route('**/graphql', async (route) => {
      if (!route.request().headers()['content-type']?.startsWith('multipart/')) return route.continue();
      await held.promise;
      return route.abort('connectionreset');
    });
    await choose(studio, picture('ring.png'));
    await page.locator('.image[data-state="uploading"]').waitFor();
    const sent = watchGenerate(studio);
    await page.getByRole('button', { name: 'Uploading images' }).click({ force: true });
    await page.keyboard.press('Control+Enter');
    held.resolve('abort');
    await page.getByText('The upload failed.').waitFor();
    await pressBoth(studio);
    await page.getByText('An image cannot be used').waitFor();
    await nothingSent(studio, sent);
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Remove ring.png' }).click();
    await choose(studio, picture('ring.png'));
    await done(studio, 1);
    await generate.click();
    await studio.card('A ring whose picture is lost').waitFor();
    expect(await made()).toBe(1);
  });

  it('names the images that exceed the limit, and sends nothing until the user agrees', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A ring of five pictures');
    await choose(
      studio,
      ['a', 'b', 'c', 'd', 'e'].map((name) => picture(`${name}.png`)),
    );
    await done(studio, 3);
    await page.getByText('No more than 3 images can be used. Not added: d.png, e.png').waitFor();
    const sent = watchGenerate(studio);
    await pressBoth(studio);
    await nothingSent(studio, sent);
    await page.getByRole('button', { name: 'Continue without them' }).click();
    await generate.click();
    await studio.card('A ring of five pictures').waitFor();
    expect(await made()).toBe(1);
    expect(studio.complaints).toEqual([]);
  });

  it('sends nothing while a typed URL has not been added', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await studio.prompt.fill('A ring at an address');
    await page.getByRole('button', { name: 'By URL' }).click();
    await page.getByLabel('Image URL').fill('https://images.example/ring.png');
    const sent = watchGenerate(studio);
    await pressBoth(studio);
    await page.getByText('This URL is not added yet').waitFor();
    await nothingSent(studio, sent);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    expect(await page.getByText('This URL is not added yet').count()).toBe(0);
  });

  it('pastes only the text of a clipboard with text and a picture of it, and the picture of any other', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const paste = (selector: string, words: string | null) =>
      page.evaluate(
        ([target, text, data]) => {
          const files = new DataTransfer();
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          files.items.add(new File([bytes], 'cells.png', { type: 'image/png' }));
          if (text !== null) files.setData('text/plain', text);
          document
            .querySelector(target)
            ?.dispatchEvent(
              new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: files }),
            );
        },
        [selector, words, png.toString('base64')] as const,
      );
    await paste('#prompt', 'a table of words');
    await paste('body', null);
    await done(studio, 1);
    expect(await page.locator('.image').count()).toBe(1);
  });

  it('makes one video of two quick key presses, of a press on each side of a reload, and of a lost response', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page, prompt, generate } = studio;
    await prompt.fill('A fox that is pressed twice');
    await generate.focus();
    await page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const button = () => document.querySelector<HTMLElement>('.submit button');
      button()?.click();
      // As soon as the response to the first press is there.
      while (document.querySelector('.card') === null || button()?.textContent !== 'Generate video')
        await frame();
      button()?.click();
    });
    await studio.card('A fox that is pressed twice').waitFor();
    expect(await made()).toBe(1);

    // The server creates the task, but its response is lost.
    const taken = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (!(route.request().postData() ?? '').includes('mutation Generate')) return route.continue();
      await route.fetch();
      taken.resolve();
      return route.abort('connectionreset');
    });
    await prompt.fill('A fox on both sides of a reload');
    await generate.click();
    await taken.promise;
    await page.getByText('Press again: you will not be charged twice.').waitFor();
    await page.unroute('**/graphql');
    await page.reload();
    await studio.card('A fox on both sides of a reload').waitFor();
    await generate.click();
    await page.getByText('Your earlier request was accepted').waitFor();
    expect(await made()).toBe(2);
    await generate.click();
    await waitFor('another', made, (count) => count === 3);
  });
});

describe('a filter', () => {
  it('never hides a new video, and says that the filter is on', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await studio.make('An owl before the filter');
    await studio.card('An owl before the filter').getByText('Ready').waitFor();
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await studio.make('A hare under the filter [sim:filtered]');
    const card = studio.card('A hare under the filter');
    await card.waitFor();
    await page.getByText('do not match the filter').waitFor();
    await card.getByText('Failed').waitFor();
    expect(await studio.cards().count()).toBe(1);
    await card.getByRole('button', { name: /^Retry/ }).click();
    await waitFor(
      'both',
      () => studio.cards().count(),
      (count) => count === 2,
    );
    await page.getByRole('button', { name: 'Show all' }).click();
    await studio.card('An owl before the filter').waitFor();
    await page.getByText('do not match the filter').waitFor({ state: 'detached' });
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
    expect(studio.complaints).toEqual([]);
  });
});

describe('a retry', () => {
  it('has its price on the button', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    await studio.make('A heron that is made again');
    const card = studio.card('A heron that is made again');
    await card.getByText('Ready').waitFor();
    await card.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Generate again · $0.15' }).waitFor();
    await page.keyboard.press('Escape');
    await studio.make('A heron that fails [sim:filtered]');
    const failed = studio.card('A heron that fails');
    await failed.getByRole('button', { name: 'Retry · $0.15' }).waitFor();
    await studio.make('A heron in doubt [sim:create-drop]');
    await studio.card('A heron in doubt').getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('button', { name: 'Send it again · $0.15' }).waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('is made once by a double click', async () => {
    await using studio = await openStudio(browser, app.url);
    await studio.make('A stork that fails [sim:filtered]');
    await studio
      .card('A stork that fails')
      .getByRole('button', { name: /^Retry/ })
      .waitFor();
    await studio.page.evaluate(async () => {
      const button = [...document.querySelectorAll<HTMLElement>('.card button')].find(({ textContent }) =>
        textContent?.startsWith('Retry'),
      );
      const storks = () =>
        [...document.querySelectorAll('.card')].filter(({ textContent }) => textContent?.includes('A stork'));
      button?.click();
      // However fast the response to the first click is.
      while (storks().length < 2) await new Promise((resolve) => requestAnimationFrame(resolve));
      button?.click();
    });
    await waitFor(
      'their ends',
      () => studio.cards('FAILED').filter({ hasText: 'A stork that fails' }).count(),
      (count) => count === 2,
    );
    expect(await made()).toBe(2);
  });
});
