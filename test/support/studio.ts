import type { BrowserContextOptions, Locator } from 'playwright-core';
import type { OpenPage, TestBrowser } from './browser.ts';

/** The studio in a browser, with the elements that tests need. */
export interface OpenStudio extends OpenPage {
  readonly prompt: Locator;
  readonly generate: Locator;
  /** Cards of the gallery, narrowed to a stage if one is given. */
  readonly cards: (stage?: string) => Locator;
  /** The card of one task, by its prompt. */
  readonly card: (prompt: string) => Locator;
  /** Chooses an option of a setting: its first one of that name. */
  readonly choose: (setting: string, option: string | RegExp) => Promise<void>;
  /** Fills the prompt and presses the button. */
  readonly make: (prompt: string) => Promise<void>;
}

/** Opens the studio and waits until it is live. */
export async function openStudio(
  browser: TestBrowser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenStudio> {
  const open = await browser.open(url, options);
  const studio = studioOn(open);
  await open.page.locator('[data-connection="live"]').waitFor();
  await studio.generate.waitFor();
  return studio;
}

/** The same for a page that is not let in yet. */
export function studioOn(open: OpenPage): OpenStudio {
  const { page } = open;
  const prompt = page.locator('#prompt');
  const generate = page.locator('.submit button');
  return {
    ...open,
    prompt,
    generate,
    cards: (stage) => page.locator(stage === undefined ? '.card' : `.card[data-stage="${stage}"]`),
    card: (text) => page.locator('.card', { hasText: text }),
    choose: async (setting, option) => {
      await page.getByRole('combobox', { name: setting, exact: true }).click();
      await page.getByRole('option', { name: option }).first().click();
      await page.getByRole('listbox').waitFor({ state: 'detached' });
    },
    make: async (text) => {
      await prompt.fill(text);
      await generate.click();
    },
  };
}

/** Keeps every task at the provider where it is, until the answered function is called. */
export async function holdTasks(simulatorUrl: string): Promise<() => Promise<void>> {
  const behave = async (behaviours: readonly string[]) => {
    const body = JSON.stringify(behaviours);
    const { ok } = await fetch(`${simulatorUrl}/_simulator/behaviours`, { method: 'POST', body });
    if (!ok) throw new Error('The simulator did not take its behaviours.');
  };
  await behave(['stuck']);
  return () => behave([]);
}
