import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real servers and processes: a deadline per test, never a sleep inside one.
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
