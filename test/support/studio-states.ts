import type { Locator, Page } from 'playwright-core';
import type { OpenStudio } from './studio.ts';

/** A state of the studio that people see, and how a browser comes to it. */
export interface StudioState {
  readonly name: string;
  /** What is on the screen when it is there. */
  readonly arrange: (studio: OpenStudio) => Promise<void>;
}

/** Closes the notes that would be in the way. */
async function dismissNotes(page: Page): Promise<void> {
  // In the page, since one may go by itself in the meantime.
  await page.locator('.toast button').evaluateAll((buttons: HTMLElement[]) => {
    for (const button of buttons) button.click();
  });
  await page.locator('.toast').first().waitFor({ state: 'detached', timeout: 10_000 });
}

/** Waits until the video in a box is drawn. */
const pictureOf = (box: Locator) =>
  box.locator('video').evaluate(
    (video: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        if (video.poster !== '' || (video.readyState >= 2 && !video.seeking)) drawn();
        else video.addEventListener('canplay', drawn, { once: true });
      }),
  );

const opened = (page: Page) => page.getByRole('dialog').first().waitFor();

/**
 * One after the other on one page: each begins where the one before it ended. `release` lets the held tasks of the
 * simulator go on; `disconnect` takes the server away.
 */
export const studioStates = (
  hold: () => Promise<void>,
  release: () => Promise<void>,
  disconnect: () => Promise<void>,
): readonly StudioState[] => [
  {
    name: 'empty',
    arrange: ({ page }) => page.getByText('Your first video appears here').waitFor(),
  },
  {
    name: 'creating',
    arrange: async ({ page, prompt }) => {
      await prompt.fill('A red fox walks through fresh snow, low winter sun, slow camera');
      await page.locator('input[type=file]').setInputFiles('src/providers/simulator/samples/16x9.jpg');
      await page.locator('.image[data-state="done"]').waitFor();
      await page.locator('.estimate').getByText('about $').waitFor();
    },
  },
  {
    name: 'refused',
    arrange: async ({ page, generate, prompt }) => {
      await prompt.fill('');
      await generate.click();
      await page.getByText('Describe the video or choose').waitFor();
    },
  },
  {
    name: 'choosing',
    arrange: async ({ page }) => {
      await page.getByRole('combobox', { name: /^Model/ }).click();
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'processing',
    arrange: async ({ page, make, card }) => {
      await page.keyboard.press('Escape');
      await hold();
      await make('A red fox walks through fresh snow, low winter sun, slow camera');
      await card('A red fox').getByText('Generating').waitFor();
      await card('A red fox').getByText('estimated').waitFor();
    },
  },
  {
    name: 'stopping',
    arrange: async ({ page, card }) => {
      await card('A red fox').getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Stop this video?').waitFor();
    },
  },
  {
    name: 'completed',
    arrange: async ({ page, card }) => {
      await page.getByRole('button', { name: 'Keep it' }).click();
      await release();
      await card('A red fox').getByText('Ready').waitFor();
      await pictureOf(card('A red fox'));
    },
  },
  {
    name: 'noted',
    arrange: async ({ page, card }) => {
      await card('A red fox').getByRole('button', { name: 'Copy link' }).click();
      await page.locator('.toast').waitFor();
    },
  },
  {
    name: 'details',
    arrange: async ({ page, card }) => {
      await dismissNotes(page);
      await card('A red fox').getByRole('heading').getByRole('link').click();
      await opened(page);
      await page.getByRole('dialog').getByText('History').waitFor();
      await pictureOf(page.getByRole('dialog'));
    },
  },
  {
    name: 'failed',
    arrange: async ({ page, make, card }) => {
      await page.keyboard.press('Escape');
      await make('A watch turns on black velvet [sim:filtered]');
      await card('A watch').getByText('Failed').waitFor();
      await make('A bottle in the rain [sim:create-drop]');
      await card('A bottle').getByText('Action needed').waitFor();
    },
  },
  {
    name: 'failure',
    arrange: async ({ page, card }) => {
      await card('A watch').getByRole('heading').getByRole('link').click();
      await opened(page);
      await page.getByRole('dialog').getByText('Nothing was charged.').waitFor();
    },
  },
  {
    name: 'deciding',
    arrange: async ({ page, card }) => {
      await page.keyboard.press('Escape');
      await card('A bottle').getByRole('button', { name: 'Decide' }).click();
      await page.getByText('Did the provider accept it?').waitFor();
    },
  },
  {
    name: 'following',
    arrange: async ({ page }) => {
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Add by ID' }).click();
      await opened(page);
    },
  },
  {
    name: 'filtering',
    arrange: async ({ page }) => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByText('30 days').waitFor();
    },
  },
  {
    name: 'selecting',
    arrange: async ({ page }) => {
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Select', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Select A watch' }).click();
      await page.getByText('1 selected').waitFor();
    },
  },
  {
    name: 'keys',
    arrange: async ({ page }) => {
      await page.keyboard.press('Escape');
      await page.getByText('1 selected').waitFor({ state: 'hidden' });
      await page.keyboard.press('?');
      await opened(page);
    },
  },
  {
    name: 'presets',
    arrange: async ({ page, prompt }) => {
      await page.keyboard.press('Escape');
      await page.locator('.dialog').waitFor({ state: 'hidden' });
      await prompt.fill('A watch turns slowly on black velvet');
      await page.getByRole('button', { name: 'Presets' }).click();
      await page.getByRole('menuitem', { name: 'Save these settings' }).click();
      await page.getByLabel('Name').fill('Watches, wide');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.locator('.dialog').waitFor({ state: 'hidden' });
      await dismissNotes(page);
      await page.getByRole('button', { name: 'Presets' }).click();
      await page.getByRole('menuitem', { name: 'Watches, wide' }).waitFor();
    },
  },
  {
    name: 'table',
    arrange: async ({ page }) => {
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'From a table' }).click();
      await page.getByRole('button', { name: 'Insert an example' }).waitFor();
    },
  },
  {
    name: 'table-review',
    arrange: async ({ page }) => {
      const dialog = page.getByRole('dialog');
      await dialog
        .getByRole('textbox', { name: 'Table' })
        .fill(
          [
            'SKU,Prompt,Aspect ratio,Duration,Variants',
            'T-1,"A teapot, blue, on a wooden table by the window",9:16,,',
            'T-2,A teapot in rain,,4,2',
            'T-3,A teapot for too long,,7,',
          ].join('\n'),
        );
      await dialog.getByRole('button', { name: 'Check the table' }).click();
      await dialog.getByText('Total: about').waitFor();
      await dialog.getByText('does not support 7 s').waitFor();
    },
  },
  {
    name: 'compare',
    arrange: async ({ page, choose, make, card }) => {
      await page.keyboard.press('Escape');
      await page.locator('.dialog').waitFor({ state: 'hidden' });
      await choose('Variants', '2 variants');
      await make('A lighthouse at dusk');
      await card('A lighthouse').getByText('Ready').nth(1).waitFor();
      await choose('Variants', '1 video');
      await page.getByRole('button', { name: '1 of 2: compare' }).click();
      await opened(page);
      await pictureOf(page.getByRole('dialog').getByRole('listitem').first());
      await pictureOf(page.getByRole('dialog').getByRole('listitem').nth(1));
    },
  },
  {
    name: 'gone',
    arrange: async ({ page }) => {
      await page.goto(new URL('/tasks/task_AAAAAAAAAAAAAAAAAAAAAA', page.url()).href);
      await page.getByText('Video not found').waitFor();
    },
  },
  {
    name: 'shared',
    arrange: async ({ page, card }) => {
      await page.getByRole('button', { name: 'Go to your videos' }).click();
      await page.locator('.dialog').waitFor({ state: 'hidden' });
      await card('A lighthouse').first().getByRole('button', { name: 'More' }).click();
      const link = await page.getByRole('menuitem', { name: 'Open the share page' }).getAttribute('href');
      await page.goto(new URL(new URL(link ?? '').pathname, page.url()).href);
      await page.getByRole('link', { name: 'Download' }).waitFor();
    },
  },
  {
    name: 'nowhere',
    arrange: async ({ page }) => {
      await page.goto(new URL('/no/such/page', page.url()).href);
      await page.getByRole('heading', { name: 'Not found' }).waitFor();
    },
  },
  {
    name: 'costs',
    arrange: async ({ page }) => {
      await page.getByRole('link', { name: 'Open Reelay' }).click();
      await page.getByRole('link', { name: /this month/ }).click();
      await page.getByRole('table', { name: 'Cost by label' }).waitFor();
    },
  },
  {
    name: 'offline',
    arrange: async ({ page }) => {
      await page.goBack();
      await page.getByRole('searchbox').waitFor();
      await disconnect();
      await page.getByText('No connection. Your videos').waitFor({ timeout: 15_000 });
    },
  },
];
