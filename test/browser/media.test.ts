import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { Caller } from '../support/kie-app.ts';
import { startS3 } from '../support/s3/s3-server.ts';
import { startTestApp } from '../support/start-app.ts';
import { openStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

interface Seen {
  readonly videoUrl: string | null;
  readonly video: { readonly posterUrl: string; readonly posterOrigin: string } | null;
}

const read = async (url: string, id: string) => {
  const query = 'query ($id: ID!) { videoTask(id: $id) { videoUrl video { posterUrl posterOrigin } } }';
  return (await new Caller(url).query<{ videoTask: Seen }>(query, { id })).videoTask;
};

describe.each(['file', 's3'] as const)('a video in a store (%s)', (kind) => {
  it('is sought and played to its end by Chromium', async () => {
    await using stack = new AsyncDisposableStack();
    const s3 = kind === 's3' ? stack.use(await startS3()) : null;
    const app = stack.use(await startTestApp(s3?.env));
    const caller = new Caller(app.url);
    const { id } = await caller.make('fox');
    await caller.untilStage(id, 'COMPLETED');
    const { videoUrl } = await read(app.url, id);
    const { page } = await browser.open(app.url);
    const positions = await page.evaluate(async (src) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = src;
      document.body.append(video);
      const next = (event: string) =>
        new Promise<void>((resolve, reject) => {
          video.addEventListener(event, () => resolve(), { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      await next('loadedmetadata');
      const seen: number[] = [];
      for (const position of [3.5, 0.5, 3]) {
        const sought = next('seeked');
        video.currentTime = position;
        await sought;
        seen.push(video.currentTime);
      }
      const ended = next('ended');
      await video.play();
      await ended;
      return [...seen, Math.round(video.currentTime), Math.round(video.duration)];
    }, videoUrl ?? '');
    expect(positions).toEqual([3.5, 0.5, 3, 4, 4]);
  });
});

it('the studio draws the first frame of a video once, and shows it as its poster from then on', async () => {
  await using app = await startTestApp();
  const caller = new Caller(app.url);
  const { id } = await caller.make('A fox runs');
  await caller.untilStage(id, 'COMPLETED');
  const first = await openStudio(browser, app.url);
  const stored = await waitFor(
    'the frame',
    () => read(app.url, id),
    ({ video }) => video?.posterOrigin === 'FRAME',
  );
  const poster = first.card('A fox runs').locator('video');
  const shown = () =>
    poster.evaluate((video: HTMLVideoElement) => ({ poster: video.poster, preload: video.preload }));
  // The feed brings it to the page that drew it.
  await waitFor('the poster', shown, (seen) => seen.poster === stored.video?.posterUrl);
  const size = await first.page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, stored.video?.posterUrl ?? '');
  expect(size).toEqual([640, 360]);

  const second = await openStudio(browser, app.url);
  const player = second.card('A fox runs').locator('video');
  await player.waitFor();
  expect(await player.evaluate((video: HTMLVideoElement) => [video.poster, video.preload])).toEqual([
    stored.video?.posterUrl,
    'none',
  ]);
  expect((await read(app.url, id)).video?.posterUrl).toBe(stored.video?.posterUrl);
});
