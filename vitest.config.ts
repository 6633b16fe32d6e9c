import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/inflate-chromium.ts', 'test/support/build-studio.ts'],
    // Fails a file that leaves a timer, socket, listener, child process or worker.
    setupFiles: ['test/support/leak-check.ts'],
    // Tests wait for processes and timers more than they compute, so each of two cores gets a worker.
    maxWorkers: 2,
    // Real servers and processes: a deadline for each test, and no sleep inside one.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Node loads the sources itself, as at `npm start`: syntax that type stripping refuses fails here too, and graphql
    // is loaded once.
    experimental: { viteModuleRunner: false },
  },
});
