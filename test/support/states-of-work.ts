import { dismissNotes, opened, pictureOf } from './page-conditions.ts';
import type { StudioState, StudioSurroundings } from './studio-states.ts';

/** The states of making videos, finding them and choosing among them. */
export const statesOfWork = ({
  hold,
  release,
}: Pick<StudioSurroundings, 'hold' | 'release'>): readonly StudioState[] => [
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
    name: 'canceled',
    arrange: async ({ page, make, card }) => {
      await page.keyboard.press('Escape');
      await hold();
      await make('A cat on a windowsill');
      await card('A cat').getByText('Generating').waitFor();
      await card('A cat').getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Stop it' }).click();
      await card('A cat').getByText('No longer tracked').waitFor();
      await release();
    },
  },
  {
    name: 'failed',
    arrange: async ({ make, card }) => {
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
    name: 'unmatched',
    arrange: async ({ page }) => {
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('searchbox').fill('a whale in the desert');
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    },
  },
  {
    name: 'selecting',
    arrange: async ({ page }) => {
      await page.getByRole('button', { name: 'Show all' }).click();
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
];
