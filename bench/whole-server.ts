import { startTestApp, type TestApp } from '../test/support/start-app.ts';
import { answerParent, type Handlers } from './ipc.ts';

let app: TestApp | null = null;

// The whole server: API, store, worker, provider and archive, set up by the environment that the runner gives.
const handlers = {
  start: async (env: Record<string, string>) => {
    app = await startTestApp({ LOG_LEVEL: 'warn', ...env });
    return { url: app.url, pid: process.pid };
  },
  /** The CPU of the process so far, all threads, in microseconds. */
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
} satisfies Handlers;
answerParent(handlers, () => app?.[Symbol.asyncDispose]());

/** Calls that the runner makes to the whole server. */
export type WholeServerHandlers = typeof handlers;
