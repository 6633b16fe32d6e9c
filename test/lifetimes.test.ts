import { setImmediate as iteration } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { endShared, errorLog, longLived, type Specimen } from './support/long-lived.ts';
import { leaksSince, openedSince, openResources } from './support/open-resources.ts';

/** Sockets are gone some iterations of the event loop after they were destroyed. */
const closingMs = 1000;

async function iterations(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await iteration();
}

afterAll(endShared);

// The contract is in src/time/lifetime.ts.
describe.each(Object.entries(longLived))('%s', (_name, make) => {
  /** Runs a test on one object that was not started; returns what is left of it then, and the errors that it logged. */
  async function leftAfter(run: (specimen: Specimen) => Promise<void>) {
    const { log, errors } = errorLog();
    let timers: string[];
    let leaks: string[];
    {
      await using stack = new AsyncDisposableStack();
      const specimen = await make(stack, log);
      const before = openResources();
      await run(specimen);
      await iterations(5);
      timers = openedSince(before).filter((leak) => leak.endsWith('Timeout'));
      leaks = await leaksSince(before, { withinMs: closingMs });
    }
    // What it was given is gone too: whatever still uses that fails now.
    await iterations(20);
    return { timers, leaks, errors };
  }
  const nothing = { timers: [], leaks: [], errors: [] };

  it('is ready when its start resolves, and has left nothing when its stop resolves', async () => {
    const left = await leftAfter(async ({ lifetime, isReady, occupy }) => {
      await lifetime.start();
      expect(await isReady()).toBe(true);
      await occupy?.();
      await lifetime[Symbol.asyncDispose]();
    });
    expect(left).toEqual(nothing);
  });

  it('never starts after a stop', async () => {
    const left = await leftAfter(async ({ lifetime, isReady }) => {
      await lifetime[Symbol.asyncDispose]();
      await Promise.allSettled([lifetime.start()]);
      expect(await isReady()).toBe(false);
    });
    expect(left).toEqual(nothing);
  });

  it('stops twice, at once and later', async () => {
    const left = await leftAfter(async ({ lifetime, occupy }) => {
      await lifetime.start();
      await occupy?.();
      await Promise.all([lifetime[Symbol.asyncDispose](), lifetime[Symbol.asyncDispose]()]);
      await lifetime[Symbol.asyncDispose]();
    });
    expect(left).toEqual(nothing);
  });

  it('stops during its start', async () => {
    const left = await leftAfter(async ({ lifetime }) => {
      const starting = Promise.allSettled([lifetime.start()]);
      await lifetime[Symbol.asyncDispose]();
      await starting;
    });
    expect(left).toEqual(nothing);
  });
});
