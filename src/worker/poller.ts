import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ProviderHealth } from '../providers/provider.ts';
import type { VideoTask } from '../store/video-task.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { Breaker } from './breaker.ts';
import { createLimit } from './cadence.ts';
import { checkTask } from './check.ts';
import { ClockWatch } from './clock.ts';
import type { ProviderSign, WorkContext } from './run.ts';
import { submitTask } from './submit.ts';

/** Settings of a poller, beside what its work needs. */
export interface PollerOptions extends WorkContext {
  readonly log: Logger;
  readonly leaseMs: number;
  /** How many checks may run at once, and how many paid requests. */
  readonly concurrency: { readonly check: number; readonly submit: number };
  /** How long submits that are under way may take at shutdown, in milliseconds. */
  readonly drainMs: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly uptime: () => number;
}

/** `setTimeout` fires at once beyond this. */
const longestTimerMs = 2 ** 31 - 1;
/** Clocks of a few machines differ by less. */
const tolerableAheadMs = 5000;
/** After a failure of our own (the database, a bug) work rests this long: shorter spins, longer delays everyone. */
const faultPauseMs = 1000;

/** Tasks that were claimed together: one name in the database, one deadline. */
interface Claim {
  readonly owner: string;
  until: number;
  open: number;
}

/**
 * The durable poller of one provider: sleeps until work is due or a signal comes, claims a batch, does it.
 * Owns one timer for sleeping and one for renewing leases.
 */
export class Poller implements AsyncDisposable {
  readonly #options: PollerOptions;
  readonly #stopping = new AbortController();
  /** A check may be asked again, so it ends at once at shutdown; a paid attempt is given time. */
  readonly #drained = new AbortController();
  readonly #running = { check: new Set<Promise<void>>(), submit: new Set<Promise<void>>() };
  readonly #breaker: Breaker;
  readonly #clock: ClockWatch;
  readonly #claims = new Set<Claim>();
  #signal = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #renewal: NodeJS.Timeout | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#breaker = new Breaker(options.provider.pollIntervalMs, options.now, options.random);
    this.#clock = new ClockWatch(options.now, options.uptime);
  }

  /** How the provider answers these minutes. */
  get health(): ProviderHealth {
    return this.#breaker.health;
  }

  /** Begins to work; a second call changes nothing. */
  start(): void {
    if (this.#loop !== null || this.#stopping.signal.aborted) return;
    this.#renewal = setInterval(() => void this.#renew(), this.#options.leaseMs / 3);
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
    await Promise.all([...this.#running.check, ...this.#running.submit]);
    clearTimeout(drain);
    if (this.#renewal !== null) clearInterval(this.#renewal);
  }

  async #run(): Promise<void> {
    await this.#orFault(this.#correctPlans(), 'planned times could not be read');
    while (!this.#stopping.signal.aborted) {
      this.#signal = Promise.withResolvers<void>();
      const pauseMs = await this.#orFault(this.#claimDue(), 'due work could not be claimed; trying again');
      if (pauseMs > 0) await this.#sleep(pauseMs);
    }
  }

  async #orFault(work: Promise<number>, text: string): Promise<number> {
    try {
      return await work;
    } catch (error) {
      this.#options.log.error({ err: error }, text);
      return faultPauseMs;
    }
  }

  /** Plans that were made by a clock that has since been set back lie too far ahead. */
  async #correctPlans(): Promise<number> {
    const { store, provider, now, log } = this.#options;
    const aheadMs = ((await store.latestTime()) ?? 0) - now();
    if (aheadMs > tolerableAheadMs) {
      log.warn(
        { provider: provider.name, aheadMs },
        'the clock stands before what it showed: plans are moved',
      );
      await store.shiftPlans(provider.name, aheadMs);
    }
    return 0;
  }

  async #followClock(): Promise<void> {
    const { store, provider, log } = this.#options;
    const jumpMs = this.#clock.jump();
    if (jumpMs === 0) return;
    log.warn({ provider: provider.name, jumpMs }, 'the clock was set');
    if (jumpMs < 0) await store.shiftPlans(provider.name, -jumpMs);
    // Leases are times too: what we hold stays ours.
    await this.#renew();
  }

  /** Starts what is due and fits; answers how long there is nothing to do. */
  async #claimDue(): Promise<number> {
    await this.#followClock();
    const { store, provider, now } = this.#options;
    const breaker = this.#breaker.state;
    const allowance = await store.createAllowance(provider.name, createLimit(provider, now()));
    const free = this.#freePlaces();
    if (breaker.kind === 'closed') {
      await this.#claim(free.check, Math.min(free.submit, allowance.places));
    } else if (breaker.kind === 'probing' && this.#running.check.size + this.#running.submit.size === 0) {
      if ((await this.#claim(1, 0)) === 0 && allowance.places > 0) await this.#claim(0, 1);
    }
    const due = await store.dueTimes(provider.name);
    const left = this.#freePlaces();
    const isProbed = breaker.kind === 'probing' && this.#running.check.size + this.#running.submit.size > 0;
    // Where there is no place, the end of what runs is a signal.
    const next = earliest([
      left.check > 0 && !isProbed ? due.check : null,
      left.submit > 0 && !isProbed && due.submit !== null ? Math.max(due.submit, allowance.freeAt) : null,
    ]);
    if (next === null) return longestTimerMs;
    return Math.max(0, (breaker.kind === 'open' ? Math.max(next, breaker.until) : next) - now());
  }

  #freePlaces() {
    const { check, submit } = this.#options.concurrency;
    return { check: check - this.#running.check.size, submit: submit - this.#running.submit.size };
  }

  /** Takes due work and starts it; answers how much it was. */
  async #claim(checks: number, submits: number): Promise<number> {
    if (checks + submits <= 0) return 0;
    const { store, provider, now, leaseMs } = this.#options;
    const claim: Claim = { owner: randomUUID(), until: now() + leaseMs, open: 0 };
    const tasks = await store.claim({
      provider: provider.name,
      now: now(),
      limit: checks + submits,
      checks,
      submits,
      leaseOwner: claim.owner,
      leaseUntil: claim.until,
    });
    if (tasks.length > 0) this.#claims.add(claim);
    claim.open = tasks.length;
    for (const task of tasks) this.#start(task, claim);
    return tasks.length;
  }

  #start(task: VideoTask, claim: Claim): void {
    const kind = this.#running[task.nextAction === 'submit' ? 'submit' : 'check'];
    const running = this.#work(task, claim).finally(() => {
      kind.delete(running);
      claim.open -= 1;
      if (claim.open === 0) this.#claims.delete(claim);
      this.wake();
    });
    kind.add(running);
  }

  async #work(task: VideoTask, claim: Claim): Promise<void> {
    const { now } = this.#options;
    const lease = { owner: claim.owner, isHeld: () => now() < claim.until };
    try {
      if (task.nextAction !== 'submit') {
        await this.#learn(task, await checkTask(this.#options, task, lease, this.#stopping.signal));
      } else if (!this.#stopping.signal.aborted) {
        await this.#learn(task, await submitTask(this.#options, task, lease, this.#drained.signal));
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#options.log.error(
          { err: error, task: task.id },
          'work on a task failed on our side; trying again',
        );
      }
    }
    await this.#giveBack(task, lease.owner);
  }

  /** What one task's work tells of the provider decides how the others go on. */
  async #learn(task: VideoTask, sign: ProviderSign): Promise<void> {
    const { store, provider, log, now, random } = this.#options;
    const before = this.#breaker.health;
    if (sign.kind === 'failed' && !this.#stopping.signal.aborted) {
      this.#breaker.failed(task.id, sign.retryAfterMs);
    }
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

  /** Work that ended without a result keeps its place, and rests a moment if it failed. */
  async #giveBack(task: VideoTask, leaseOwner: string): Promise<void> {
    const { recorder, now } = this.#options;
    const dueAt = this.#stopping.signal.aborted ? task.dueAt : now() + faultPauseMs;
    await recorder.reschedule(task.id, leaseOwner, { ...leaseReturned, dueAt }).catch((error: unknown) => {
      // The lease runs out by itself.
      this.#options.log.error({ err: error, task: task.id }, 'a lease could not be given back');
    });
  }

  async #renew(): Promise<void> {
    const claims = [...this.#claims];
    if (claims.length === 0) return;
    const until = this.#options.now() + this.#options.leaseMs;
    try {
      await this.#options.store.renew(
        claims.map(({ owner }) => owner),
        until,
      );
      for (const claim of claims) claim.until = until;
    } catch (error) {
      this.#options.log.error({ err: error }, 'leases could not be renewed; work may pass to another worker');
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
