import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { arrangedStudio } from '../support/arranged-studio.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

describe('every state of the studio', () => {
  it.each([
    ['light, on a desk', {}],
    ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
  ] as const)(
    'has no violation found by axe: %s',
    async (_what, options) => {
      await using arranged = await arrangedStudio(browser, options);
      const { studio, states } = arranged;
      const seen: Record<string, unknown> = {};
      for (const { name, arrange } of states) {
        await arrange(studio);
        // Colours are judged at rest.
        await studio.page.evaluate(() =>
          Promise.allSettled(document.getAnimations().map(({ finished }) => finished)),
        );
        const { violations } = await new AxeBuilder({ page: studio.page })
          // They pass the focus on at once, which the document alone does not show.
          .exclude('[data-base-ui-focus-guard]')
          // The page has no frames of others: a fifth of the time.
          .setLegacyMode()
          .options({
            resultTypes: ['violations'],
            // An open list lies outside of every landmark, over the page.
            rules: { region: { enabled: name !== 'choosing' && name !== 'presets' } },
          })
          .analyze();
        seen[name] = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]);
      }
      expect(seen).toEqual(Object.fromEntries(states.map(({ name }) => [name, []])));
      expect(
        studio.complaints.filter((text) => !/WebSocket connection|Failed to load resource/.test(text)),
      ).toEqual([]);
    },
    120_000,
  );
});
