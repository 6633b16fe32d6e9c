import { join } from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumHome } from './inflate-chromium.ts';

/** A real browser; every page records what a visitor would complain about. */
export interface TestBrowser extends AsyncDisposable {
  /** @param deadlineMs of each wait on the page, its load included */
  open(url: string, options?: BrowserContextOptions, deadlineMs?: number): Promise<OpenPage>;
}

/** A page in a profile of its own, which closes with it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught errors. */
  readonly complaints: readonly string[];
  /** Addresses that were asked, in order. */
  readonly requests: readonly string[];
  /** Addresses of the WebSockets that it opened, and the messages on them. */
  readonly sockets: readonly string[];
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

/**
 * Opens GraphiQL. Its page is 9 MB of script, and seconds pass before its buttons react where the machine has other
 * work: the deadline of each wait allows for that.
 */
export const openGraphiQL = (browser: TestBrowser, url: string): Promise<OpenPage> =>
  browser.open(url, {}, 30_000);

/** Starts Chromium without a window. */
export async function startBrowser(): Promise<TestBrowser> {
  const server = await chromium.launchServer({
    executablePath: join(chromiumHome, 'chromium'),
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    env: {
      LD_LIBRARY_PATH: join(chromiumHome, 'al2023/lib'),
      FONTCONFIG_PATH: join(chromiumHome, 'fonts'),
      HOME: chromiumHome,
    },
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    open: async (url, options = {}, deadlineMs = 15_000) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(deadlineMs);
      const complaints: string[] = [];
      const requests: string[] = [];
      const sockets: string[] = [];
      const sent: string[] = [];
      const received: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => requests.push(request.url()));
      page.on('websocket', (socket) => {
        sockets.push(socket.url());
        socket.on('framesent', ({ payload }) => sent.push(payload.toString()));
        socket.on('framereceived', ({ payload }) => received.push(payload.toString()));
      });
      await page.goto(url);
      const close = () => context.close();
      return { page, complaints, requests, sockets, sent, received, [Symbol.asyncDispose]: close };
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      // Asked kindly, it takes up to 20 s to end after some players were on a page.
      await server.kill();
    },
  };
}
