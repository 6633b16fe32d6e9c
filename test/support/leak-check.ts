// Loaded before each test file (vitest.config.ts): fails a file that leaves something open.
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';
import { leaksSince, openResources } from './open-resources.ts';

const workers = new Set<Worker>();
subscribe('worker_threads', (message) => {
  const { worker } = message as { worker: Worker };
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
});

// Vitest has no timer at this point. In its hooks it often has one, which would hide one of ours.
const before = openResources();

// Registered first, so it runs last: after the hooks of the file itself.
afterAll(async () => {
  const leaks = await leaksSince(before, { workers });
  if (leaks.length > 0) {
    throw new Error(
      `The test file left open: ${leaks.join(', ')}. Run it with --detect-async-leaks to see where they were made.`,
    );
  }
});
