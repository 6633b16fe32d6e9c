import type { BrowserContextOptions } from 'playwright-core';
import type { TestBrowser } from './browser.ts';
import { startKieApp } from './kie-app.ts';
import { studioStates, type StudioState } from './studio-states.ts';
import { holdTasks, openStudio, type OpenStudio } from './studio.ts';
import { startTestApp } from './start-app.ts';
import { startTcpProxy } from './tcp-proxy.ts';

/** A studio on a server of its own, ready to be led through its states. */
export interface ArrangedStudio extends AsyncDisposable {
  readonly studio: OpenStudio;
  readonly states: readonly StudioState[];
}

/** Starts the server with a simulator, and opens the studio through a wire that can be taken away. */
export async function arrangedStudio(
  browser: TestBrowser,
  options: BrowserContextOptions = {},
): Promise<ArrangedStudio> {
  await using stack = new AsyncDisposableStack();
  const app = stack.use(await startKieApp({ BUDGET_PER_MONTH: '25' }));
  const locked = stack.use(await startTestApp({ API_KEYS: 'ann:right-key-of-ann' }));
  const proxy = stack.use(await startTcpProxy(app.url));
  const studio = stack.use(await openStudio(browser, proxy.url, { reducedMotion: 'reduce', ...options }));
  let release = async (): Promise<void> => {};
  const states = studioStates({
    hold: async () => {
      release = await holdTasks(app.simulator.url);
    },
    release: () => release(),
    silence: async () => app.simulator[Symbol.asyncDispose](),
    disconnect: async () => {
      proxy.redirect('http://127.0.0.1:1');
      proxy.cut();
      await studio.page.context().setOffline(true);
    },
    lockedUrl: locked.url,
  });
  const running = stack.move();
  return { studio, states, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
