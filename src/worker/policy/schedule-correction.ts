import { setImmediate as immediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../store/store.ts';
import type { ProviderName } from '../../domain/video-task.ts';
import { ClockWatch } from './clock-watch.ts';

/** Rows that one statement brings forward: it takes some 10 ms. */
const bringForwardAtOnce = 500;
/** Clocks of a few machines differ by less. */
const tolerableAheadMs = 5000;

/** What plans are corrected with. */
export interface PlansOptions {
  readonly store: Store;
  readonly provider: { readonly name: ProviderName };
  readonly log: Logger;
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly uptime: () => number;
}

/** Keeps the planned times of a provider's work right when the wall clock is set. */
export class Plans {
  readonly #options: PlansOptions;
  readonly #clock: ClockWatch;

  constructor(options: PlansOptions) {
    this.#options = options;
    this.#clock = new ClockWatch(options.now, options.uptime);
  }

  /** At the start: plans that were made by a clock that has since been set back lie too far ahead. */
  async correct(): Promise<void> {
    const { store, provider, now, log } = this.#options;
    const aheadMs = ((await store.latestTime()) ?? 0) - now();
    if (aheadMs <= tolerableAheadMs) return;
    log.warn({ provider: provider.name, aheadMs }, 'the clock stands before what it showed: plans are moved');
    await store.shiftPlans(provider.name, aheadMs);
  }

  /** Makes every check of an open task due now. */
  async bringForward(): Promise<void> {
    const { store, provider, now } = this.#options;
    const at = now();
    while (await store.bringChecksForward(provider.name, at, bringForwardAtOnce)) await immediate();
  }

  /** Whether the clock was set since the last call; plans have followed it then. */
  async followClock(): Promise<boolean> {
    const { store, provider, log } = this.#options;
    const jumpMs = this.#clock.jump();
    if (jumpMs === 0) return false;
    log.warn({ provider: provider.name, jumpMs }, 'the clock was set');
    if (jumpMs < 0) await store.shiftPlans(provider.name, -jumpMs);
    return true;
  }
}
