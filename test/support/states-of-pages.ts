import { opened, pictureOf } from './page-conditions.ts';
import type { StudioState, StudioSurroundings } from './studio-states.ts';

/** The states of tables, variants, other pages and what goes wrong around the studio; they follow those of work. */
export const statesOfPages = ({
  silence,
  disconnect,
  lockedUrl,
}: Pick<StudioSurroundings, 'silence' | 'disconnect' | 'lockedUrl'>): readonly StudioState[] => [
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
    name: 'silent',
    arrange: async ({ page, make }) => {
      await page.goBack();
      await page.getByRole('searchbox').waitFor();
      await silence();
      await make('A kite in the wind');
      await page.getByText('Kie API is not responding.').waitFor({ timeout: 45_000 });
    },
  },
  {
    name: 'signing-in',
    arrange: async ({ page }) => {
      await page.goto(lockedUrl);
      await page.getByRole('dialog', { name: 'Welcome to Reelay' }).waitFor();
      await page.getByLabel('Key', { exact: true }).fill('a key of nobody');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('The server did not accept this key.').waitFor();
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
