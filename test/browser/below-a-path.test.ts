import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGraphiQL, startBrowser, type OpenPage, type TestBrowser } from '../support/browser.ts';
import { startTestApp } from '../support/start-app.ts';
import { startStrippingProxy } from '../support/stripping-proxy.ts';
import { openStudio } from '../support/studio.ts';
import { waitFor } from '../support/wait-for.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

describe('a server below a path', { timeout: 60_000 }, () => {
  it.each(['which the proxy strips', 'which the proxy keeps'])(
    'of PUBLIC_URL, %s: the studio and GraphiQL work, and every link holds',
    async (how) => {
      await using proxy = await startStrippingProxy('/reelay');
      await using app = await startTestApp({ PUBLIC_URL: proxy.url });
      proxy.target = app.url;
      const base = how.includes('strips') ? proxy.url : `${app.url}/reelay`;

      await using studio = await openStudio(browser, `${base}/`);
      await studio.make('A fox below a path');
      const card = studio.card('A fox below a path');
      await card.getByText('Ready').waitFor();
      const { videoTasks } = await app.query<{
        videoTasks: { edges: { node: { id: string; videoUrl: string } }[] };
      }>('{ videoTasks(first: 1) { edges { node { id videoUrl } } } }');
      const [node] = videoTasks.edges.map((edge) => edge.node);
      expect(node?.videoUrl).toMatch(new RegExp(`^${proxy.url}/media/`));
      expect((await fetch(node?.videoUrl ?? '')).status).toBe(200);

      const task = await browser.open(`${base}/tasks/${node?.id}`);
      const dialog = task.page.getByRole('dialog').first();
      await dialog.getByText('A fox below a path').first().waitFor();
      await task.page.keyboard.press('Escape');
      await task.page.waitForURL(`${base}/`);

      // GraphiQL takes seconds to load: its page does not know which of the two proxies is in front.
      const graphiql = how.includes('strips') ? [await openSubscription(base)] : [];
      for (const { requests, sockets, complaints } of [studio, task, ...graphiql]) {
        const astray = [...requests, ...sockets.map((url) => url.replace('ws', 'http'))].filter(
          (url) =>
            !url.startsWith(`${base}/`) &&
            !url.startsWith(`${proxy.url}/media/`) &&
            !/^(?:data|blob):/.test(url),
        );
        expect({ astray, complaints }).toEqual({ astray: [], complaints: [] });
      }
    },
  );
});

/** GraphiQL with a subscription that began. */
async function openSubscription(base: string): Promise<OpenPage> {
  const query = encodeURIComponent('subscription { taskStatusChanged { id } }');
  const graphiql = await openGraphiQL(browser, `${base}/graphql?query=${query}`);
  await graphiql.page.getByRole('button', { name: /execute query/i }).click();
  await waitFor('an acknowledgement', () =>
    graphiql.received.some((message) => message.includes('connection_ack')),
  );
  return graphiql;
}
