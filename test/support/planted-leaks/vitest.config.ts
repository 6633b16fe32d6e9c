import { defineConfig } from 'vitest/config';

/** Runs files that leak on purpose, for test/leak-check.test.ts. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.leak.ts'],
    setupFiles: ['../leak-check.ts'],
    // Each waits for some seconds, and does nothing.
    maxWorkers: 6,
    experimental: { viteModuleRunner: false },
  },
});
