import type { Logger } from 'pino';
import type { ProviderHealth } from '../providers/provider.ts';
import type { VideoTask } from '../store/video-task.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { createLimit } from './cadence.ts';
import { checkTask } from './check.ts';
import { Claims, type ClaimedTask } from './claims.ts';
import { Faults } from './faults.ts';
import { faultPauseMs, giveBack } from './give-back.ts';
import { Places, type Place, type PlaceCounts } from './places.ts';
import { Plans } from './plans.ts';
import type { ProviderSign, WorkContext } from './run.ts';
import { submitTask } from './submit.ts';

/** Settings of a poller, beside what its work needs. */
export interface PollerOptions extends Omit<WorkContext, 'faults' | 'learn'> {
  readonly log: Logger;
  readonly leaseMs: number;
  /** How much of each kind may run at once. */
  readonly concurrency: PlaceCounts;
  /** How long submits that are under way may take at shutdown, in milliseconds. */
  readonly drainMs: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly uptime: () => number;
}

/** `setTimeout` fires at once beyond this. */
const longestTimerMs = 2 ** 31 - 1;
/**
 * The durable poller of one provider: sleeps until work is due or a signal comes, claims a batch, does it.
 * Owns one timer for sleeping and one for renewing leases.
 */
export class Poller implements AsyncDisposable {
  readonly #options: PollerOptions;
  readonly #stopping = new AbortController();
  /** A check may be asked again, so it ends at once at shutdown; a paid attempt is given time. */
  readonly #drained = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #places: Places;
  readonly #breaker: Breaker;
  readonly #faults = new Faults();
  readonly #plans: Plans;
  readonly #claims: Claims;
  #signal = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #lastTurnWasGood = true;
  #renewal: NodeJS.Timeout | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#places = new Places(options.concurrency, () => this.wake());
    this.#claims = new Claims(options);
    this.#breaker = new Breaker(options.provider.pollIntervalMs, options.now, options.random);
    this.#plans = new Plans(options);
  }

  /** How the provider answers these minutes. */
  get health(): ProviderHealth {
    return this.#breaker.health;
  }

  /** Whether it runs, and could look for work the last time. */
  get isWorking(): boolean {
    return this.#loop !== null && !this.#stopping.signal.aborted && this.#lastTurnWasGood;
  }

  /** Begins to work; a second call changes nothing. */
  start(): void {
    if (this.#loop !== null || this.#stopping.signal.aborted) return;
    this.#renewal = setInterval(() => void this.#claims.renew(), this.#options.leaseMs / 3);
    this.#loop = this.#run();
  }

  /** There may be work now. A signal that comes while working is remembered. */
  wake(): void {
    this.#signal.resolve();
  }

  /** Takes nothing new, lets paid attempts finish, gives leases back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#loop;
    const drain = setTimeout(() => this.#drained.abort(), this.#options.drainMs);
    await Promise.all(this.#running);
    clearTimeout(drain);
    if (this.#renewal !== null) clearInterval(this.#renewal);
  }

  async #run(): Promise<void> {
    await this.#orFault(this.#plans.correct(), 'planned times could not be read');
    while (!this.#stopping.signal.aborted) {
      this.#signal = Promise.withResolvers<void>();
      const pauseMs = await this.#orFault(this.#claimDue(), 'due work could not be claimed; trying again');
      if (pauseMs > 0) await this.#sleep(pauseMs);
    }
  }

  async #orFault<T>(work: Promise<T>, text: string): Promise<T | number> {
    try {
      const result = await work;
      this.#lastTurnWasGood = true;
      return result;
    } catch (error) {
      this.#lastTurnWasGood = false;
      this.#options.log.error({ err: error }, text);
      return faultPauseMs;
    }
  }

  /** Starts what is due and fits; answers how long there is nothing to do. */
  async #claimDue(): Promise<number> {
    // Leases are times too: what we hold stays ours.
    if (await this.#plans.followClock()) await this.#claims.renew();
    const { store, provider, now, patienceMs } = this.#options;
    const breaker = this.#breaker.state;
    const allowance = await store.createAllowance(provider.name, createLimit(provider, now()));
    const places = this.#places;
    // What waited in vain is ended, whether anything may be sent or not.
    const submits = places.left('submit');
    await this.#start({ checks: 0, submits, expiredBefore: now() - patienceMs });
    if (breaker.kind === 'closed') {
      await this.#start({
        checks: places.left('check'),
        submits: Math.min(places.left('submit'), allowance.places),
      });
    } else if (breaker.kind === 'probing' && !places.areAsking) {
      await this.#probe(breaker, allowance.places > 0);
    }
    const due = await store.dueTimes(provider.name);
    const isProbed = breaker.kind === 'probing' && places.areAsking;
    // Where there is no place, the end of what runs is a signal.
    const next = earliest([
      places.left('check') > 0 && !isProbed ? due.check : null,
      places.left('submit') > 0 && !isProbed && due.submit !== null
        ? Math.max(due.submit, allowance.freeAt)
        : null,
    ]);
    const allowed = next !== null && breaker.kind === 'open' ? Math.max(next, breaker.until) : next;
    const expires =
      places.left('submit') > 0 && due.waitingSince !== null ? due.waitingSince + patienceMs : null;
    const wakeAt = earliest([allowed, expires]);
    return wakeAt === null ? longestTimerMs : Math.max(0, wakeAt - now());
  }

  /** One request, which the provider may answer although it did not answer about the tasks that failed. */
  async #probe(
    { except, first }: Extract<BreakerState, { kind: 'probing' }>,
    maySubmit: boolean,
  ): Promise<void> {
    const check = { checks: 1, submits: 0 };
    const submit = { checks: 0, submits: maySubmit ? 1 : 0 };
    if ((await this.#start({ ...check, except })) > 0) return;
    const [one, other] = first === 'check' ? [check, submit] : [submit, check];
    if ((await this.#start(one)) === 0) await this.#start(other);
  }

  /** Takes due work and starts it; answers how much it was. */
  async #start(wanted: Parameters<Claims['take']>[0]): Promise<number> {
    const claimed = await this.#claims.take(wanted);
    for (const one of claimed) {
      const place = this.#places.take(one.task.nextAction === 'submit' ? 'submit' : 'check');
      const running = this.#work(one, place).finally(() => {
        this.#running.delete(running);
        one.done();
        place.free();
      });
      this.#running.add(running);
    }
    return claimed.length;
  }

  async #work({ task, lease }: ClaimedTask, place: Place): Promise<void> {
    const context: WorkContext = {
      ...this.#options,
      faults: this.#faults,
      learn: (about, sign) => this.#learn(about, sign),
      archive: {
        fetch: async (url, signal, withinMs) => {
          await place.toDownload(signal);
          return this.#options.archive.fetch(url, signal, withinMs);
        },
      },
    };
    const { log } = this.#options;
    const { signal: stopping } = this.#stopping;
    let hasFailed = false;
    try {
      if (task.nextAction !== 'submit') {
        await checkTask(context, task, lease, stopping);
      } else if (!stopping.aborted) {
        await submitTask(context, task, lease, this.#drained.signal);
      }
    } catch (error) {
      hasFailed = true;
      if (!stopping.aborted)
        log.error({ err: error, task: task.id }, 'work on a task failed on our side; trying again');
    }
    const why = stopping.aborted ? 'stopped' : hasFailed ? 'failed' : 'ended';
    await giveBack(context, task, lease.owner, why).catch((error: unknown) => {
      // The lease runs out by itself.
      log.error({ err: error, task: task.id }, 'a lease could not be given back');
    });
  }

  /** What one task's work tells of the provider decides how the others go on. */
  async #learn(task: VideoTask, sign: ProviderSign): Promise<void> {
    const { store, provider, log, now, random } = this.#options;
    const before = this.#breaker.health;
    if (sign.kind === 'failed' && !this.#stopping.signal.aborted) {
      this.#breaker.failed(task.id, sign.retryAfterMs);
    }
    if (sign.kind === 'unclear') this.#breaker.unclear();
    if (sign.kind === 'answered' && this.#breaker.answered()) {
      await store.spreadChecks(provider.name, {
        now: now(),
        overMs: provider.pollIntervalMs,
        random: random(),
      });
    }
    const health = this.#breaker.health;
    if (health !== before) {
      const level = health === 'UP' ? 'info' : 'warn';
      log[level]({ provider: provider.name, health, before }, 'the provider changed its health');
    }
  }

  async #sleep(pauseMs: number): Promise<void> {
    const timer = setTimeout(() => this.wake(), Math.min(pauseMs, longestTimerMs));
    await this.#signal.promise;
    clearTimeout(timer);
  }
}

/** The earliest of some times; null when there is none. */
function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
