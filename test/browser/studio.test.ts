import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { holdTasks, openStudio, type OpenStudio } from '../support/studio.ts';
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

const totalCount = async (search: string) => {
  const { videoTasks } = await app
    .as()
    .query<{ videoTasks: { totalCount: number } }>(
      'query ($search: String) { videoTasks(filter: { search: $search }) { totalCount } }',
      { search },
    );
  return videoTasks.totalCount;
};

/** The time in the page. */
const moment = ({ page }: OpenStudio) => page.evaluate(() => performance.now());

/** What has moved since then, as browsers measure it, without what follows an input: nothing, if nothing has. */
const layoutShifts = ({ page }: OpenStudio, since: number) =>
  page.evaluate((from) => {
    interface Shift extends PerformanceEntry {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly {
        readonly node: Node | null;
        readonly previousRect: DOMRectReadOnly;
        readonly currentRect: DOMRectReadOnly;
      }[];
    }
    const place = ({ x, y, width, height }: DOMRectReadOnly) => `${x},${y} ${width}×${height}`;
    const name = (node: Node | null) => {
      const element = node instanceof Element ? node : node?.parentElement;
      return element ? element.outerHTML.slice(0, 200) : 'a removed node';
    };
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: 'layout-shift', buffered: true });
    return new Promise<string[]>((resolve) => {
      requestAnimationFrame(() => {
        const shifts = (observer.takeRecords() as Shift[]).filter(
          ({ startTime, hadRecentInput }) => startTime >= from && !hadRecentInput,
        );
        resolve(
          shifts.flatMap(({ value, sources }) =>
            sources.map(
              ({ node, previousRect, currentRect }) =>
                `${value}: ${name(node)} from ${place(previousRect)} to ${place(currentRect)}`,
            ),
          ),
        );
      });
    });
  }, since);

/** Remembers where everything on a card is; the answer names what is a pixel elsewhere, or more, when it is called. */
const placesOn = async (card: Locator) => {
  const before = await card.evaluateHandle((element) =>
    [...element.querySelectorAll('*')].map((part) => ({ part, at: part.getBoundingClientRect() })),
  );
  return () =>
    before.evaluate((parts) =>
      parts.flatMap(({ part, at }) => {
        const now = part.getBoundingClientRect();
        const isThere = !part.isConnected || Math.hypot(now.x - at.x, now.y - at.y) < 1;
        return isThere ? [] : [`${part.outerHTML.slice(0, 200)} by ${now.x - at.x},${now.y - at.y}`];
      }),
    );
};

/** Paths of the requests. */
const asked = ({ requests }: OpenStudio, from = 0) =>
  requests.slice(from).map((url) => new URL(url).pathname.replace(/\/media\/.*/, '/media/…'));

/** Waits until the player of a pressed card plays, with its controls. */
const plays = (card: Locator) =>
  waitFor('the video to play', () =>
    card
      .locator('video')
      .evaluate(
        (video: HTMLVideoElement) =>
          video.controls && video.currentTime > 0.1 && video === document.activeElement,
      ),
  );

const hasPlayer = (card: Locator) =>
  waitFor('the player', () =>
    card.locator('video').evaluate((video: HTMLVideoElement) => video.readyState >= 1 && video.duration > 0),
  );

describe('the studio', () => {
  it('goes by mouse from a picture and a prompt to a video that appears by itself, plays, downloads and is linked', async () => {
    await using studio = await openStudio(browser, `${app.url}/veo31`, {
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    const { page } = studio;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'ring.png', mimeType: 'image/png', buffer: png });
    await page.locator('.image[data-state="done"] img').waitFor();
    await studio.choose('Aspect ratio', '9:16');
    await page.getByText('about $0.15').waitFor();
    const release = await holdTasks(app.simulator.url);
    await studio.make('A ring that turns by mouse');
    const card = studio.card('A ring that turns by mouse');
    await card.getByText('Generating').waitFor();
    const since = await moment(studio);
    await card.getByText('estimated').waitFor();
    const moved = await placesOn(card);
    await release();
    await card.getByText('Ready').waitFor();
    await hasPlayer(card);
    expect(await moved()).toEqual([]);
    expect(await layoutShifts(studio, since)).toEqual([]);
    await card.getByRole('button', { name: 'Play' }).click();
    await plays(card);
    expect(await card.getByRole('button', { name: 'Play' }).count()).toBe(0);
    await card.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect((await fetch(link, { headers: { range: 'bytes=0-0' } })).status).toBe(206);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      card.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    const { videoTasks } = await app
      .as()
      .query<{ videoTasks: { edges: { node: unknown }[] } }>(
        '{ videoTasks(first: 1) { edges { node { prompt aspectRatio referenceImages { contentType } } } } }',
      );
    expect(videoTasks.edges[0]?.node).toEqual({
      prompt: 'A ring that turns by mouse',
      aspectRatio: 'PORTRAIT_9_16',
      referenceImages: [{ contentType: 'image/png' }],
    });
    expect(studio.complaints).toEqual([]);
  });

  it('does the same by keyboard alone, including details and deletion', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const { keyboard } = page;
    const tabTo = async (target: Locator) => {
      for (
        let presses = 0;
        !(await target.evaluate((element) => element === document.activeElement));
        presses++
      ) {
        if (presses > 80) throw new Error(`Tab never came to ${String(target)}`);
        await keyboard.press('Tab');
      }
    };
    await tabTo(studio.prompt);
    await keyboard.type('A fox that walks by keyboard');
    await tabTo(page.getByRole('combobox', { name: 'Aspect ratio' }));
    await keyboard.press('Enter');
    // The keys go from the option that is chosen, once it is marked.
    await page.locator('[role="option"][data-highlighted]', { hasText: '16:9' }).waitFor();
    await keyboard.press('ArrowDown');
    await page.locator('[role="option"][data-highlighted]', { hasText: '9:16' }).waitFor();
    await keyboard.press('Enter');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await keyboard.press('Control+Enter');
    const card = studio.card('A fox that walks by keyboard');
    await card.getByText('Ready').waitFor();
    await tabTo(card.getByRole('button', { name: 'Play' }));
    await keyboard.press('Enter');
    await plays(card);
    await tabTo(card.getByRole('link', { name: 'A fox that walks by keyboard' }));
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('History').waitFor();
    expect(page.url()).toMatch(/\/tasks\/task_/);
    await dialog.getByText('9:16').waitFor();
    await tabTo(dialog.getByRole('button', { name: 'More' }));
    await keyboard.press('Enter');
    await waitFor('the focus in the menu', () =>
      page.getByRole('menu').evaluate((menu) => menu.contains(document.activeElement)),
    );
    await keyboard.press('End');
    const last = page.getByRole('menuitem', { name: 'Delete…' });
    await waitFor('the last item', () => last.evaluate((item) => item === document.activeElement));
    await keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await tabTo(page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }));
    await keyboard.press('Enter');
    await card.waitFor({ state: 'detached' });
    await page.waitForURL(`${app.url}/`);
    expect(await totalCount('by keyboard')).toBe(0);
    expect(studio.complaints).toEqual([]);
  }, 60_000);

  it('makes one task of a double click, and a second one of a later press', async () => {
    await using studio = await openStudio(browser, app.url);
    await studio.prompt.fill('A fox that is clicked');
    await studio.generate.dblclick();
    await studio.card('A fox that is clicked').waitFor();
    await studio.card('A fox that is clicked').getByText('Ready').waitFor();
    expect(await totalCount('is clicked')).toBe(1);
    await studio.generate.click();
    await waitFor(
      'the second',
      () => studio.card('A fox that is clicked').count(),
      (count) => count === 2,
    );
    expect(await totalCount('is clicked')).toBe(2);
    expect(studio.complaints).toEqual([]);
  });

  it('shows the same in two tabs, continues after a reload, and asks nothing while it waits', async () => {
    await using first = await openStudio(browser, app.url);
    await using second = await openStudio(browser, app.url);
    const before = second.requests.length;
    const release = await holdTasks(app.simulator.url);
    await first.make('A fox in two tabs');
    await second.card('A fox in two tabs').getByText('Generating').waitFor();
    const since = await moment(second);
    await first.page.reload();
    await first.card('A fox in two tabs').getByText('Generating').waitFor();
    await release();
    await Promise.all(
      [first, second].map((studio) => studio.card('A fox in two tabs').getByText('Ready').waitFor()),
    );
    await hasPlayer(second.card('A fox in two tabs'));
    // From another tab's press to the video on this screen: the video's own bytes, and the one socket. Its poster is
    // stored by the page that draws it first, with its worker.
    const paths = new Set(asked(second, before).filter((path) => !path.startsWith('/assets/frame-worker')));
    paths.delete('/graphql');
    expect([...paths]).toEqual(['/media/…']);
    expect(second.sockets).toHaveLength(1);
    expect(await layoutShifts(second, since)).toEqual([]);
    expect(await first.prompt.inputValue()).toBe('A fox in two tabs');
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });

  it('opens one task by its link, and says so when it does not exist', async () => {
    await using studio = await openStudio(browser, app.url);
    await studio.make('A fox with a link');
    await studio.card('A fox with a link').getByText('Ready').waitFor();
    const path =
      (await studio.card('A fox with a link').getByRole('link').first().getAttribute('href')) ?? '';
    await using linked = await openStudio(browser, `${app.url}${path}`);
    await linked.page.getByRole('dialog').getByText('A fox with a link').waitFor();
    await linked.page.keyboard.press('Escape');
    await linked.page.waitForURL(`${app.url}/`);
    await using unknown = await openStudio(browser, `${app.url}/tasks/task_AAAAAAAAAAAAAAAAAAAAAA`);
    await unknown.page.getByText('Video not found').waitFor();
    await unknown.page.getByRole('button', { name: 'Go to your videos' }).click();
    await unknown.page.waitForURL(`${app.url}/`);
    expect([...linked.complaints, ...unknown.complaints]).toEqual([]);
  });

  it('shows what is missing at its field, and focuses the field', async () => {
    await using studio = await openStudio(browser, app.url);
    await studio.generate.click();
    await studio.page.getByText('Describe the video or choose a use case.').waitFor();
    await waitFor('the cursor', () => studio.prompt.evaluate((field) => field === document.activeElement));
    await studio.page.getByRole('button', { name: 'By URL' }).click();
    await studio.page.getByLabel('Image URL').fill('ftp://example.org/a.png');
    await studio.page.getByRole('button', { name: 'Add', exact: true }).click();
    await studio.page.getByText('A URL must start with').waitFor();
    await studio.page.getByLabel('Image URL').fill('http://user:secret@example.org/a.png');
    await studio.page.getByRole('button', { name: 'Add', exact: true }).click();
    await studio.make('A fox with a bad picture');
    await studio.page.locator('.image-problem').getByText('must not contain a user name').waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('takes pictures that are dropped and pasted, three at most, and refuses other files', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const base64 = png.toString('base64');
    const give = (kind: 'drop' | 'paste', type: string) =>
      page.evaluate(
        ([how, mimeType, data]) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], `${how}.file`, { type: mimeType }));
          const options = { bubbles: true, cancelable: true };
          const event =
            how === 'drop'
              ? new DragEvent('drop', { ...options, dataTransfer: files })
              : new ClipboardEvent('paste', { ...options, clipboardData: files });
          document.querySelector(how === 'drop' ? '.gallery' : 'body')?.dispatchEvent(event);
        },
        [kind, type, type === 'image/png' ? base64 : btoa('%PDF-1.7')] as const,
      );
    const done = () => page.locator('.image[data-state="done"]').count();
    await give('drop', 'image/png');
    await waitFor('the dropped one', done, (count) => count === 1);
    await give('paste', 'image/png');
    await waitFor('the pasted one', done, (count) => count === 2);
    await give('drop', 'application/pdf');
    await page.getByText('Only images are supported').waitFor();
    await give('drop', 'image/png');
    expect(await page.locator('.image').count()).toBe(3);
    await page.getByRole('button', { name: 'Remove drop.file' }).last().click();
    await give('drop', 'image/png');
    await waitFor('the third', done, (count) => count === 3);
    // Three pictures are references, and then the model makes eight seconds only.
    await page.getByRole('combobox', { name: 'Duration' }).click();
    expect(await page.getByRole('option', { name: /^4 s/ }).getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await page.locator('.chips-field .note').getByText('With these images: only 8 s.').waitFor();
    await page.reload();
    await waitFor('the draft', done, (count) => count === 3);
    expect(studio.complaints).toEqual([]);
  });

  it('cancels a video, retries it, resolves an unknown submission and tracks a task made elsewhere', async () => {
    await using studio = await openStudio(browser, app.url);
    const { page } = studio;
    const release = await holdTasks(app.simulator.url);
    await studio.make('A fox that is stopped');
    const card = studio.card('A fox that is stopped');
    await card.getByText('Generating').waitFor();
    await card.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('cannot stop it: it will be charged').waitFor();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await card.getByText('No longer tracked. It will be charged.').waitFor();
    await release();
    await card.getByRole('button', { name: 'Retry' }).click();
    await studio.cards('COMPLETED').filter({ hasText: 'A fox that is stopped' }).waitFor();
    await studio.make('A fox in doubt [sim:create-drop]');
    const doubted = studio.card('A fox in doubt');
    await doubted.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('button', { name: 'It is not there: give up' }).click();
    await doubted.getByText('Given up: it is not known').waitFor();
    await page.getByRole('button', { name: 'Add by ID' }).click();
    await page.getByLabel('Task ID').fill('made-elsewhere');
    await page.keyboard.press('Enter');
    await studio.card('made-elsewhere').getByText('Generating').waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('notifies users who allowed it of the end of a video while the page is hidden', async () => {
    await using studio = await openStudio(browser, app.url, { permissions: ['notifications'] });
    const { page } = studio;
    // Headless Chromium shows no notification and hides no page: both are observed where the page asks for them.
    await page.evaluate(() => {
      const notes: string[] = [];
      const Noted = class extends Notification {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options);
          notes.push(`${title}: ${options?.body}`);
        }
      };
      Object.assign(window, { Notification: Noted, notes });
      Object.defineProperty(document, 'hidden', { get: () => document.body.dataset['hidden'] === 'yes' });
    });
    const notes = () => page.evaluate(() => (window as unknown as { notes: string[] }).notes);
    const bell = page.getByRole('button', { name: 'Notify me when a video is ready' });
    await bell.click();
    await waitFor(
      'the switch',
      () => bell.getAttribute('aria-pressed'),
      (pressed) => pressed === 'true',
    );
    await studio.make('A fox in sight');
    await studio.cards('COMPLETED').filter({ hasText: 'A fox in sight' }).waitFor();
    await page.evaluate(() => {
      document.body.dataset['hidden'] = 'yes';
    });
    await studio.make('A fox out of sight');
    await studio.make('A fox that fails [sim:filtered]');
    await studio.cards('COMPLETED').filter({ hasText: 'A fox out of sight' }).waitFor();
    await studio.cards('FAILED').filter({ hasText: 'A fox that fails' }).waitFor();
    expect((await notes()).toSorted()).toEqual([
      'The task ended without a video: A fox that fails [sim:filtered]',
      'The video is ready: A fox out of sight',
    ]);
    await bell.click();
    await studio.make('A fox without a bell');
    await studio.cards('COMPLETED').filter({ hasText: 'A fox without a bell' }).waitFor();
    expect(await notes()).toHaveLength(2);
    expect(studio.complaints).toEqual([]);
  });

  it('is in Russian for a Russian browser, and finds what is searched', async () => {
    await using studio = await openStudio(browser, app.url, { locale: 'ru-RU' });
    const { page } = studio;
    await studio.make('Лиса, которую ищут');
    const card = studio.card('Лиса, которую ищут');
    await card.getByText('Готово').waitFor();
    await card.getByRole('link', { name: 'Скачать' }).waitFor();
    await card.getByRole('button', { name: 'Копировать ссылку' }).waitFor();
    await page.getByRole('searchbox').fill('КОТОРУЮ');
    await waitFor(
      'the search',
      () => studio.cards().count(),
      (count) => count === 1,
    );
    await page.getByRole('searchbox').fill('');
    // Technical reasons too, where the server gives them.
    await studio.make('Лиса без ссылки [sim:no-url]');
    await studio.card('Лиса без ссылки').getByRole('heading').getByRole('link').click();
    await page
      .getByRole('dialog')
      .getByText('не удалось прочитать (готово, но ссылки на видео нет). Проверки продолжаются')
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await studio.make('Лиса под запретом [sim:filtered]');
    await studio
      .cards('FAILED')
      .filter({ hasText: 'Лиса под запретом' })
      .getByRole('heading')
      .getByRole('link')
      .click();
    // Once, and not again as a step of the history.
    const reason = page.getByRole('dialog').getByText('Запрос отклонил фильтр контента.');
    await reason.first().waitFor();
    expect(await reason.count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('чего нет');
    await page.getByRole('heading', { name: 'Ничего не найдено' }).waitFor();
    await page.getByRole('button', { name: 'Добавить по ID' }).click();
    const dialog = page.getByRole('dialog', { name: 'Добавить по ID' });
    await dialog.getByRole('textbox').fill('no id');
    await dialog.getByRole('button', { name: 'Добавить', exact: true }).click();
    await dialog
      .getByText('Это не ID задачи у провайдера. Скопируйте его оттуда.', { exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: /Язык/ }).click();
    await page.getByRole('option', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(studio.complaints).toEqual([]);
  }, 60_000);
});
