import type { ProviderHealth } from '../providers/provider.ts';
import { Leases, type ClaimedTask } from './leases.ts';
import { fitTo, nextTurn, pauseAfter, type ClaimPlan, type Turn } from './next-turn.ts';
import { createLimit } from './policy/create-limit.ts';
import { ScheduleCorrection } from './policy/schedule-correction.ts';
import { HealthMonitor } from './provider-health/health-monitor.ts';
import { noSlot, Slots, type Slot, type SlotCounts } from './slots.ts';
import { workOnTask } from './task-work.ts';
import { noLongerConfigured } from './user-messages/hints.ts';
import type { WorkContext } from './work-context.ts';

/** Settings of a dispatcher, beside what work on a task needs. */
export interface DispatcherOptions extends Omit<WorkContext, 'health'> {
  /** Time for which a claim holds without a renewal, in milliseconds. */
  readonly leaseMs: number;
  /** The limit of work of each kind that runs at once. */
  readonly concurrency: SlotCounts;
  /** Time that paid attempts that are under way get at the stop, in milliseconds. */
  readonly drainMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  /** The name of this process among those that share the database. */
  readonly instance: string;
  /** Called with the provider's last callback to any instance, in milliseconds since 1970. */
  readonly onCallbackElsewhere: (at: number) => void;
  /** The longest pause between two looks, in milliseconds: another instance may have ended before its work did. */
  readonly longestIdleMs: number;
  /** Called for each slot that becomes free. */
  readonly onSlotFree: () => void;
}

/** Claims the due work of one provider and starts it, as far as there are slots. Owns the work and its leases. */
export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  readonly #slots: Slots;
  readonly #leases: Leases;
  readonly #schedule: ScheduleCorrection;
  readonly #health: HealthMonitor;
  readonly #running = new Set<Promise<void>>();
  /** A check may be repeated, so the stop aborts it at once; a paid attempt gets time. */
  readonly #stopping = new AbortController();
  readonly #drained = new AbortController();
  /** Iterations in a row that took nothing although something was due. */
  #fruitless = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency, options.onSlotFree);
    this.#leases = new Leases(options);
    this.#schedule = new ScheduleCorrection(options);
    this.#health = new HealthMonitor(options);
  }

  /** The reliability of the provider in the last minutes. */
  get health(): ProviderHealth {
    return this.#health.health;
  }

  /** Begins to renew leases and corrects the schedule. Work may be dispatched also where that fails. */
  async start(): Promise<void> {
    this.#leases.start();
    await this.#schedule.correct();
    const { provider } = this.#options;
    // Tasks are told without delay that their provider is missing, and are checked as soon as it is there again.
    await this.#schedule.bringForward(provider.isMissing ? null : noLongerConfigured(provider.label));
  }

  /** Starts nothing from now on; checks are aborted, paid attempts continue. */
  stop(): void {
    this.#stopping.abort();
    this.#health.stop();
  }

  /** Waits for the work that is under way; paid attempts are aborted after the drain time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    const drain = setTimeout(() => this.#drained.abort(), this.#options.drainMs);
    await Promise.all(this.#running);
    clearTimeout(drain);
    await this.#leases[Symbol.asyncDispose]();
  }

  /** One iteration: starts what is due and fits. Returns for how long there is nothing else to do, in milliseconds. */
  async dispatch(): Promise<number> {
    // Leases are times too: after a jump of the clock they must still be ours.
    if (await this.#schedule.followClock()) await this.#leases.renew();
    else await this.#leases.renewOverdue();
    const { store, provider, now, patienceMs } = this.#options;
    const calledBackAt = await this.#health.follow();
    if (calledBackAt !== null) this.#options.onCallbackElsewhere(calledBackAt);
    const turn = nextTurn({
      due: await store.dueTimes(provider.name),
      allowance: await store.createAllowance(provider.name, createLimit(provider, now())),
      slots: this.#freeSlots(),
      isAsking: this.#slots.areAsking,
      breaker: this.#health.state,
      // Tasks that wait for a provider that is not configured are ended, due or not.
      patienceMs: provider.isMissing ? 0 : patienceMs,
      now: now(),
    });
    const taken = await this.#claim(turn);
    const pauseMs = pauseAfter(turn, taken, this.#fruitless);
    this.#fruitless = taken === 0 && turn.idleMs === 0 ? this.#fruitless + 1 : 0;
    return Math.min(pauseMs, this.#options.longestIdleMs);
  }

  #freeSlots(): { check: number; submit: number } {
    return { check: this.#slots.left('check'), submit: this.#slots.left('submit') };
  }

  /** Makes the claims of an iteration; returns how many tasks they took. */
  async #claim({ claims, probes }: Turn): Promise<number> {
    let taken = 0;
    for (const plan of claims) taken += await this.#start(plan);
    if (probes.length > 0 && !(await this.#mayProbe())) return taken;
    for (const plan of probes) {
      const probed = await this.#start(plan);
      if (probed > 0) return taken + probed;
    }
    return taken;
  }

  /** Of several instances one asks a provider that may be back. */
  async #mayProbe(): Promise<boolean> {
    const { store, provider, instance, now, leaseMs } = this.#options;
    if (!store.isShared) return true;
    const duty = `probe of ${provider.name}`;
    return store.shared.takeDuty(duty, instance, { now: now(), until: now() + leaseMs });
  }

  /** Claims due work and starts it; returns how many tasks it took. */
  async #start(plan: ClaimPlan): Promise<number> {
    const fitting = fitTo(plan, this.#freeSlots());
    if (fitting === null || this.#stopping.signal.aborted) return 0;
    const claimed = await this.#leases.take({
      ...fitting,
      sharing: {
        check: this.#slots.sharing('check', fitting.checks),
        submit: this.#slots.sharing('submit', fitting.submits),
      },
    });
    for (const one of claimed) this.#run(one);
    return claimed.length;
  }

  #run(claimed: ClaimedTask): void {
    const slot = this.#takeSlot(claimed);
    const running = workOnTask(this.#contextFor(slot), claimed, {
      stopping: this.#stopping.signal,
      drained: this.#drained.signal,
    }).finally(() => {
      this.#running.delete(running);
      claimed.done();
      slot.free();
    });
    this.#running.add(running);
  }

  #takeSlot({ task: { stage, work, owner } }: ClaimedTask): Slot {
    // An attempt whose process ended is only recorded.
    if (stage === 'SUBMITTING') return noSlot;
    return this.#slots.take(work.nextAction === 'submit' ? 'submit' : 'check', owner);
  }

  #contextFor(slot: Slot): WorkContext {
    const { archive, metrics } = this.#options;
    return {
      ...this.#options,
      health: this.#health,
      archive: {
        fetch: async (source, signal, withinMs) => {
          await slot.toDownload(signal);
          const begunAt = performance.now();
          const outcome = await archive.fetch(source, signal, withinMs);
          metrics.archives.of(outcome.kind).record((performance.now() - begunAt) / 1000);
          if (outcome.kind === 'stored') metrics.archiveBytes.add(outcome.video.bytes ?? 0);
          return outcome;
        },
      },
    };
  }
}
