import type { Locator, Page } from 'playwright-core';

/** Closes the notes that would be in the way. */
export async function dismissNotes(page: Page): Promise<void> {
  // In the page, since one may go by itself in the meantime.
  await page.locator('.toast button').evaluateAll((buttons: HTMLElement[]) => {
    for (const button of buttons) button.click();
  });
  await page.locator('.toast').first().waitFor({ state: 'detached', timeout: 10_000 });
}

/** Waits until the video in a box is drawn. */
export const pictureOf = (box: Locator) =>
  box.locator('video').evaluate(
    (video: HTMLVideoElement) =>
      new Promise<void>((resolve) => {
        const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        if (video.poster !== '' || (video.readyState >= 2 && !video.seeking)) drawn();
        else video.addEventListener('canplay', drawn, { once: true });
      }),
  );

/** Waits until a dialog is open. */
export const opened = (page: Page) => page.getByRole('dialog').first().waitFor();
