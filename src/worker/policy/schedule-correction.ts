import { setImmediate as immediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '../../store/store.ts';
import type { ProviderName } from '../../domain/video-task.ts';
import { ClockWatch } from './clock-watch.ts';

/** Rows that one statement brings forward: it takes some 10 ms. */
const bringForwardAtOnce = 500;
/** The clocks of several machines differ by less, in milliseconds. */
const tolerableAheadMs = 5000;

/** Settings of a schedule correction. */
export interface ScheduleCorrectionOptions {
  readonly store: Store;
  readonly provider: { readonly name: ProviderName };
  readonly log: Logger;
  /** The name of this process among all instances. */
  readonly instance: string;
  /** Time for which a claim holds without a renewal, in milliseconds. */
  readonly leaseMs: number;
  readonly now: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
}

/** Keeps the due times of a provider's work right when the wall clock is set. */
export class ScheduleCorrection {
  readonly #options: ScheduleCorrectionOptions;
  readonly #clock: ClockWatch;

  constructor(options: ScheduleCorrectionOptions) {
    this.#options = options;
    this.#clock = new ClockWatch(options.now, options.uptime);
  }

  /** At the start: due times that were set by a clock that has since been set back are too far ahead. */
  async correct(): Promise<void> {
    const { store, provider, now, log } = this.#options;
    const aheadMs = ((await store.latestTime()) ?? 0) - now();
    if (aheadMs <= tolerableAheadMs) return;
    log.warn(
      { provider: provider.name, aheadMs },
      'the clock was set back while the server was stopped: due times were moved',
    );
    await this.#shift(aheadMs);
  }

  /** Makes every check of an open task due now, or of those whose hint has a text. */
  async bringForward(inHint: string | null): Promise<void> {
    const { store, provider, now } = this.#options;
    const at = now();
    while (await store.bringChecksForward(provider.name, at, bringForwardAtOnce, inHint)) await immediate();
  }

  /** Moves the due times after the clock where that was set back. Returns whether it was set since the last call. */
  async followClock(): Promise<boolean> {
    const { provider, log } = this.#options;
    const jumpMs = this.#clock.jump();
    if (jumpMs === 0) return false;
    log.warn({ provider: provider.name, jumpMs }, 'the clock was set');
    if (jumpMs < 0) await this.#shift(-jumpMs);
    return true;
  }

  /**
   * Moves the plans, once for all instances: each of them notices the jump, and one that starts sees times of tasks that are ahead
   * for as long as the jump was.
   */
  async #shift(byMs: number): Promise<void> {
    const { store, provider, instance, now, leaseMs } = this.#options;
    const isOurs =
      !store.isShared ||
      (await store.shared.takeDuty(`clock of ${provider.name}`, instance, {
        now: now(),
        until: now() + byMs,
      }));
    // Instances that live have noticed and renewed their leases by then.
    if (isOurs) await store.shiftPlans(provider.name, byMs, now() + 2 * leaseMs);
  }
}
