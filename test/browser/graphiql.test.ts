import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGraphiQL, startBrowser, type OpenPage, type TestBrowser } from '../support/browser.ts';
import { generateAt, startTestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

interface Tab {
  readonly title: string;
  readonly query: string;
}

describe('GraphiQL', { timeout: 120_000 }, () => {
  it('opens with working operations, watches over a WebSocket, and its result plays in the browser', async () => {
    await using app = await startTestApp({ SIMULATOR_DURATION_MS: '1000' });
    const first = await openGraphiQL(browser, `${app.url}/graphql`);
    const run = /execute query/i;
    await first.page.getByText('A red fox walks').waitFor();
    await first.page.getByRole('button', { name: run }).click();
    await first.page.getByText('"QUEUED"').first().waitFor();

    await first.page.waitForFunction(() => localStorage.getItem('graphiql:tabState') !== null);
    const tabs = await first.page.evaluate(
      () => (JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{}') as { tabs: Tab[] }).tabs,
    );
    expect(tabs.map(({ title }) => title)).toEqual(['Generate', 'Watch', 'List', 'Cancel']);
    // As a link, since GraphiQL knows an operation's name only a moment after it shows the tab.
    const link = (tab: Tab | undefined) => `${app.url}/graphql?query=${encodeURIComponent(tab?.query ?? '')}`;
    const watch = await openGraphiQL(browser, link(tabs[1]));
    await watch.page.getByRole('button', { name: run }).click();
    await watch.page.getByRole('button', { name: /stop query/i }).waitFor();
    await waitFor('the subscription', () => watch.sent.some((text) => text.includes('"subscribe"')));
    const id = await generateAt(app.url, { prompt: 'A fox that is watched from its first state on' });
    const states = () => {
      const events = watch.received.filter((text) => text.includes(id));
      return [...new Set(events.map((text) => /"status":"(\w+)"/.exec(text)?.[1]))];
    };
    await waitFor('the end', states, (seen) => seen.includes('COMPLETED'));
    expect(states()).toEqual(['QUEUED', 'PROCESSING', 'COMPLETED']);
    await watch.page.getByText('"COMPLETED"').first().waitFor();

    const list = await openGraphiQL(browser, link(tabs[2]));
    await list.page.getByRole('button', { name: run }).click();
    await list.page.locator('.result-window').getByText('A fox that is watched').first().waitFor();

    const { videoTask } = await app.query<{ videoTask: { videoUrl: string } }>(
      `{ videoTask(id: "${id}") { videoUrl } }`,
    );
    const played = await list.page.evaluate(async (url) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = url;
      await video.play();
      return { isWide: video.videoWidth > video.videoHeight, hasLength: video.duration > 0 };
    }, videoTask.videoUrl);
    expect(played).toEqual({ isWide: true, hasLength: true });
    expect(watch.sockets).toEqual([`${app.url.replace('http', 'ws')}/graphql`]);
    for (const { requests, complaints } of [first, watch, list]) {
      const foreign = requests.filter((url) => !url.startsWith(app.url) && !/^(data|blob):/.test(url));
      expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
    }
  });

  it('runs under a strict Content-Security-Policy, and sends no referrer to other sites', async () => {
    await using app = await startTestApp();
    const { headers } = await fetch(`${app.url}/graphql`, { headers: { accept: 'text/html' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.replaceAll(/nonce-[\w-]{22}/g, 'nonce')).toBe(
      "default-src 'none'; script-src 'nonce'; style-src 'nonce'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
        "media-src 'self'; font-src data:; worker-src blob:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('sends the Headers editor with the socket of a subscription', async () => {
    await using app = await startTestApp({ API_KEYS: 'ann:the-long-key-of-ann' });
    const query = encodeURIComponent('subscription { taskStatusChanged { id } }');
    await using visit = await openGraphiQL(browser, `${app.url}/graphql?query=${query}`);
    const { page } = visit;
    await page.getByRole('button', { name: /execute query/i }).click();
    // Without a key the reason of the server is shown, and what to do.
    await page.locator('.result-window').getByText('authorization: Bearer KEY').waitFor();
    await page.getByRole('button', { name: 'Headers' }).click();
    await page
      .getByRole('textbox', { name: 'Headers' })
      .or(page.locator('.graphiql-editor-tool textarea').last())
      .first()
      .focus();
    await page.keyboard.insertText('{"Authorization": "Bearer the-long-key-of-ann"}');
    await page.getByRole('button', { name: /execute query/i }).click();
    await waitFor('an acknowledgement', () => visit.received.some((text) => text.includes('connection_ack')));
    const first = visit.sent.findLast((text) => text.includes('connection_init'));
    expect(JSON.parse(first ?? '')).toMatchObject({
      type: 'connection_init',
      payload: { headers: { Authorization: 'Bearer the-long-key-of-ann' } },
    });
  });

  it('takes the first click on another tab, on a first visit', async () => {
    await using app = await startTestApp();
    await using visit = await openGraphiQL(browser, `${app.url}/graphql`);
    const { page } = visit;
    await page.getByText('A red fox walks').waitFor();
    for (const [name, words] of [
      ['Watch', 'subscription Watch'],
      ['Cancel', 'mutation Cancel'],
      ['List', 'query List'],
    ] as const) {
      const tab = page.getByRole('tab', { name });
      const before = await tab.boundingBox();
      await tab.hover();
      await page.mouse.down();
      // Where the tab goes as it is pressed decides whether the release is a click.
      expect(await tab.boundingBox()).toEqual(before);
      await page.mouse.up();
      await page.locator('.graphiql-query-editor').getByText(words).first().waitFor();
    }
    expect(visit.complaints).toEqual([]);
  });

  it('makes one video however often the first tab is run, and says how to make another', async () => {
    await using app = await startTestApp();
    const count = async () =>
      (await app.query<{ videoTasks: { totalCount: number } }>('{ videoTasks { totalCount } }')).videoTasks
        .totalCount;
    const runs = async (page: OpenPage['page']) => {
      await page.getByText('A red fox walks').waitFor();
      for (let presses = 0; presses < 2; presses += 1) {
        const [response] = await Promise.all([
          page.waitForResponse(
            (answer) => answer.request().postData()?.includes('mutation Generate') ?? false,
          ),
          page.getByRole('button', { name: /execute query/i }).click(),
        ]);
        expect(await response.json()).toMatchObject({ data: { generateVideo: { userErrors: [] } } });
      }
    };
    await using visit = await openGraphiQL(browser, `${app.url}/graphql`);
    await runs(visit.page);
    expect(await count()).toBe(1);
    const variables = (page: OpenPage['page']) =>
      page.evaluate(() => localStorage.getItem('graphiql:variables'));
    const first = await variables(visit.page);
    await visit.page.reload();
    await visit.page.getByRole('tab', { name: 'Cancel' }).waitFor();
    expect(await visit.page.getByRole('tab').count()).toBe(4);
    await runs(visit.page);
    expect(await count()).toBe(1);
    await visit.page.getByText('idempotencyKey').first().waitFor();
    // Another visitor's first video is not the one of the first visitor.
    await using other = await openGraphiQL(browser, `${app.url}/graphql`);
    expect(first).toContain('idempotencyKey');
    expect(await variables(other.page)).not.toBe(first);
  });
});
