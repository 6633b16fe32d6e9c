import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderHealth } from '../providers/provider.ts';
import type { ProviderName, VideoTask } from '../domain/video-task.ts';
import { Breaker } from './provider-health/breaker.ts';
import { createLimit } from './policy/check-interval.ts';
import { checkTask } from './check/check.ts';
import { Leases, type ClaimedTask } from './leases.ts';
import { Faults } from './provider-health/task-faults.ts';
import { faultPauseMs, giveBack } from './release-task.ts';
import { fitTo, nextTurn, pauseAfter, shortestPauseMs, type ClaimPlan, type Turn } from './next-turn.ts';
import { keepOrphanedTask } from './missing-provider.ts';
import { Plans } from './policy/schedule-correction.ts';
import type { ProviderSign, WorkContext } from './work-context.ts';
import type { LongLived } from '../time/lifetime.ts';
import { noSlot, Slots, type Slot, type SlotCounts } from './slots.ts';
import { submitTask } from './submit/submit.ts';

/** Settings of a poller, beside what its work needs. */
export interface PollerOptions extends Omit<WorkContext, 'faults' | 'learn'> {
  readonly leaseMs: number;
  /** How much of each kind may run at once. */
  readonly concurrency: SlotCounts;
  /** How long submits that are under way may take at shutdown, in milliseconds. */
  readonly drainMs: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly uptime: () => number;
}

/**
 * The durable poller of one provider: sleeps until work is due or a signal comes, claims a batch, does it.
 * Owns one timer, its leases and the work it began.
 */
export class Poller implements LongLived {
  readonly #options: PollerOptions;
  readonly #stopping = new AbortController();
  /** A check may be asked again, so it ends at once at shutdown; a paid attempt is given time. */
  readonly #drained = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #slots: Slots;
  readonly #breaker: Breaker;
  readonly #faults = new Faults();
  readonly #plans: Plans;
  readonly #leases: Leases;
  #signal = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #lastTurnWasGood = true;
  /** Iterations in a row that took nothing although something was due. */
  #fruitless = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency, () => this.wake());
    this.#leases = new Leases(options);
    this.#breaker = new Breaker(options.provider.pollIntervalMs, options.now, options.random);
    this.#plans = new Plans(options);
  }

  /** Whose work it does. */
  get provider(): ProviderName {
    return this.#options.provider.name;
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
    this.#leases.start();
    this.#loop = this.#run();
  }

  /** There may be work now. A signal that comes while working is remembered. */
  wake(): void {
    this.#signal.resolve();
  }

  /** Takes nothing new from now on; checks end, paid attempts go on. */
  stop(): void {
    this.#stopping.abort();
    this.wake();
  }

  /** Takes nothing new, lets paid attempts finish, gives leases back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#loop;
    const drain = setTimeout(() => this.#drained.abort(), this.#options.drainMs);
    await Promise.all(this.#running);
    clearTimeout(drain);
    await this.#leases[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    await this.#orFault(this.#plans.correct(), 'planned times could not be read');
    if (this.#options.provider.isMissing) {
      await this.#orFault(this.#plans.bringForward(), 'checks could not be brought forward');
    }
    while (!this.#stopping.signal.aborted) {
      this.#signal = Promise.withResolvers<void>();
      const pauseMs = await this.#orFault(this.#iterate(), 'due work could not be claimed; trying again');
      // No signal cuts this short: I/O gets its turn whatever the queries and the signals do.
      const restMs = this.#lastTurnWasGood ? shortestPauseMs : faultPauseMs;
      await this.#rest(restMs);
      if (pauseMs > restMs) await this.#sleep(pauseMs - restMs);
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

  /** Starts what is due and fits; returns how long there is nothing to do, in milliseconds. */
  async #iterate(): Promise<number> {
    // Leases are times too: what we hold stays ours.
    if (await this.#plans.followClock()) await this.#leases.renew();
    else await this.#leases.renewOverdue();
    const { store, provider, now, patienceMs } = this.#options;
    const turn = nextTurn({
      due: await store.dueTimes(provider.name),
      allowance: await store.createAllowance(provider.name, createLimit(provider, now())),
      slots: this.#left(),
      isAsking: this.#slots.areAsking,
      breaker: this.#breaker.state,
      // What waits for a provider that is not configured is ended, due or not.
      patienceMs: provider.isMissing ? 0 : patienceMs,
      now: now(),
    });
    const taken = await this.#claim(turn);
    const pauseMs = pauseAfter(turn, taken, this.#fruitless);
    this.#fruitless = taken === 0 && turn.idleMs === 0 ? this.#fruitless + 1 : 0;
    return pauseMs;
  }

  #left(): { check: number; submit: number } {
    return { check: this.#slots.left('check'), submit: this.#slots.left('submit') };
  }

  /** Makes the claims of an iteration; returns how many tasks they took. */
  async #claim({ claims, probes }: Turn): Promise<number> {
    let taken = 0;
    for (const plan of claims) taken += await this.#start(plan);
    for (const plan of probes) {
      const probed = await this.#start(plan);
      if (probed > 0) return taken + probed;
    }
    return taken;
  }

  /** Takes due work and starts it; returns how much it was. */
  async #start(plan: ClaimPlan): Promise<number> {
    const wanted = fitTo(plan, this.#left());
    if (wanted === null || this.#stopping.signal.aborted) return 0;
    const claimed = await this.#leases.take({
      ...wanted,
      sharing: {
        check: this.#slots.sharing('check', wanted.checks),
        submit: this.#slots.sharing('submit', wanted.submits),
      },
    });
    for (const one of claimed) {
      const {
        stage,
        work: { nextAction },
        owner,
      } = one.task;
      // An attempt that was left behind is only written down.
      const slot =
        stage === 'SUBMITTING'
          ? noSlot
          : this.#slots.take(nextAction === 'submit' ? 'submit' : 'check', owner);
      const running = this.#work(one, slot).finally(() => {
        this.#running.delete(running);
        one.done();
        slot.free();
      });
      this.#running.add(running);
    }
    return claimed.length;
  }

  async #work({ task, lease }: ClaimedTask, slot: Slot): Promise<void> {
    const context: WorkContext = {
      ...this.#options,
      faults: this.#faults,
      learn: (about, sign) => this.#learn(about, sign),
      archive: {
        fetch: async (url, signal, withinMs) => {
          await slot.toDownload(signal);
          return this.#options.archive.fetch(url, signal, withinMs);
        },
      },
    };
    const { log } = this.#options;
    const { signal: stopping } = this.#stopping;
    let hasFailed = false;
    try {
      if (this.#options.provider.isMissing) {
        await keepOrphanedTask(context, task, lease);
      } else if (task.work.nextAction !== 'submit') {
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

  /** Waits; only the stop ends it early. */
  async #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    await pause(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Waits until there may be work, or the time is over. */
  async #sleep(pauseMs: number): Promise<void> {
    const timer = setTimeout(() => this.wake(), pauseMs);
    await this.#signal.promise;
    clearTimeout(timer);
  }
}
