import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { quietly } from '../../domain/state-machine/change.ts';
import type { TaskError, TaskId, VideoTask } from '../../domain/video-task.ts';
import type { CheckOutcome, ProviderHealth, SubmitOutcome, VideoProvider } from '../../providers/provider.ts';
import type { Store } from '../../store/store.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import type { KeyWatch } from './key-watch.ts';
import { OfferedModels } from './offered-models.ts';
import { TaskFaults, type TaskFault } from './task-faults.ts';

/** Settings of a health monitor. */
export interface HealthMonitorOptions {
  readonly store: Pick<Store, 'spreadChecks' | 'change' | 'isShared' | 'shared' | 'providerFacts'>;
  readonly provider: Pick<VideoProvider, 'name' | 'pollIntervalMs' | 'models' | 'isHandOverDown'>;
  readonly key: Pick<KeyWatch, 'isRefused' | 'health'>;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/** The part of a task that its outcomes are noted by. */
export type HealthTask = Pick<VideoTask, 'id'> & { readonly spec: Pick<VideoTask['spec'], 'model'> };

/** The number of checks that are brought forward when the provider answers; others become due by themselves. */
const mostBroughtForward = 1000;
/** Rows that are changed at once: they share a commit or two. */
const broughtForwardAtOnce = 50;

const isRetirement = ({ error }: { readonly error: TaskError }): boolean => error.code === 'MODEL_RETIRED';

/**
 * Health of one provider, from the outcomes of all work for it. Decides what may be asked of it now, and separates
 * its faults from those of single tasks.
 */
export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #breaker: Breaker;
  readonly #faults = new TaskFaults();
  readonly #models: OfferedModels;
  /** Tasks whose next check was put off because the last had no answer, which named no pause. */
  readonly #putOff = new LRUCache<TaskId, true>({ max: mostBroughtForward });
  #isStopped = false;

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
    this.#breaker = new Breaker(options.provider.pollIntervalMs, options.now, options.random);
    this.#models = new OfferedModels(options);
  }

  /** The reliability of the provider in the last minutes. */
  get health(): ProviderHealth {
    const { key, provider } = this.#options;
    // A provider that refuses our key is of no use, however well it answers.
    if (key.isRefused) return 'DOWN';
    const health = this.#breaker.health === 'UNKNOWN' ? (key.health ?? 'UNKNOWN') : this.#breaker.health;
    return health === 'UP' && provider.isHandOverDown === true ? 'DEGRADED' : health;
  }

  /** Requests that the provider may be sent now. */
  get state(): BreakerState {
    return this.#breaker.state;
  }

  /** Goes on from what all instances know. Returns the provider's last callback to any of them. */
  async follow(): Promise<number | null> {
    const { store, provider } = this.#options;
    if (!store.isShared) return null;
    const { breaker, calledBackAt } = await store.shared.readProvider(provider.name);
    await this.#update(() => this.#breaker.adopt(breaker));
    return calledBackAt;
  }

  /** From now on work is aborted by us, which says nothing about the provider. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Takes the outcome of a check into account.
   *
   * @returns null where the check was answered; else what is known of the faults of this task
   */
  async noteCheck({ id, spec }: HealthTask, outcome: CheckOutcome): Promise<TaskFault | null> {
    if (outcome.kind !== 'unavailable') {
      this.#faults.answered(id);
      this.#putOff.delete(id);
      await this.#update(() => this.#answered());
      if (outcome.kind === 'failed' && isRetirement(outcome)) await this.#models.note(spec.model, true);
      return null;
    }
    const fault = this.#faults.failed(id);
    if (fault.isOwn || outcome.retryAfterMs !== null) this.#putOff.delete(id);
    else this.#putOff.set(id, true);
    // One odd task never stops the others.
    if (!fault.isOwn) await this.#update(() => this.#failed(id, outcome.retryAfterMs, outcome.isUnreachable));
    return fault;
  }

  /** Takes the outcome of a paid attempt into account. A refusal is an answer. */
  async noteSubmission({ id, spec }: HealthTask, outcome: SubmitOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'accepted':
        await this.#models.note(spec.model, false);
        return this.#update(() => this.#answered());
      case 'refused':
        if (isRetirement(outcome)) await this.#models.note(spec.model, true);
        return this.#update(() => this.#answered());
      case 'notSent':
        // For any other cause it was not sent for a reason of its own.
        if (outcome.cause !== 'unreachable') return;
        return this.#update(() => this.#failed(id, outcome.retryAfterMs, true));
      case 'unknown':
        return this.#update(() => this.#together(() => this.#breaker.unclear()));
      default:
        outcome satisfies never;
    }
  }

  async #failed(id: TaskId, retryAfterMs: number | null, isUnreachable = false): Promise<void> {
    if (this.#isStopped) return;
    await this.#together(() => this.#breaker.failed(id, retryAfterMs, isUnreachable));
  }

  /** After a pause the checks that became due in it are spread: they would otherwise all go out at once. */
  async #answered(): Promise<void> {
    // Nearly always nothing is wrong, and there is nothing to tell.
    const isFine = this.#breaker.health === 'UP' || this.#breaker.health === 'UNKNOWN';
    const wasOpen = isFine ? this.#breaker.answered() : await this.#together(() => this.#breaker.answered());
    if (this.#putOff.size > 0) await this.#bringForward();
    if (!wasOpen) return;
    const { store, provider, now, random } = this.#options;
    await store.spreadChecks(provider.name, {
      now: now(),
      overMs: provider.pollIntervalMs,
      random: random(),
    });
  }

  /**
   * The provider answers: checks that were put off go back to the base interval, spread over it. One that is under way is
   * remembered for the next answer.
   */
  async #bringForward(): Promise<void> {
    const { store, provider, now, random } = this.#options;
    const ids = [...this.#putOff.keys()];
    this.#putOff.clear();
    const bringForward = (id: TaskId) =>
      store.change(id, ({ work }) => {
        if (work.leaseOwner !== null) {
          this.#putOff.set(id, true);
          return null;
        }
        const dueAt = now() + Math.round(provider.pollIntervalMs * random());
        const isPutOff = work.nextAction === 'check' && work.dueAt !== null && work.dueAt > dueAt;
        return isPutOff ? quietly({ dueAt }) : null;
      });
    for (let done = 0; done < ids.length; done += broughtForwardAtOnce) {
      await Promise.all(ids.slice(done, done + broughtForwardAtOnce).map(bringForward));
    }
  }

  async #update(change: () => void | Promise<void>): Promise<void> {
    const before = this.health;
    await change();
    const { health } = this;
    if (health === before) return;
    const { log, provider } = this.#options;
    log[health === 'UP' ? 'info' : 'warn'](
      { provider: provider.name, health, before },
      'the health of the provider changed',
    );
  }

  /** Changes the state of the breaker as all instances know it; the change may run more than once. */
  async #together<T>(change: () => T): Promise<T> {
    const { store, provider } = this.#options;
    if (!store.isShared) return change();
    const results: T[] = [];
    await store.shared.changeBreaker(provider.name, (breaker) => {
      this.#breaker.adopt(breaker);
      results.push(change());
      return this.#breaker.toText();
    });
    return results.at(-1) as T;
  }
}
