import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { VideoTask } from '../store/video-task.ts';
import { leaseReturned } from '../tasks/recorder.ts';
import { checkTask } from './check.ts';
import type { WorkContext } from './run.ts';
import { submitTask } from './submit.ts';

/** Settings of a poller, beside what its work needs. */
export interface PollerOptions extends WorkContext {
  readonly log: Logger;
  readonly leaseMs: number;
  /** How many tasks of the provider may be worked on at once. */
  readonly concurrency: number;
  /** How long submits that are under way may take at shutdown, in milliseconds. */
  readonly drainMs: number;
}

/** `setTimeout` fires at once beyond this. */
const longestTimerMs = 2 ** 31 - 1;
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
  readonly #running = new Set<Promise<void>>();
  readonly #claims = new Set<Claim>();
  #signal = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #renewal: NodeJS.Timeout | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
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
    await Promise.all(this.#running);
    clearTimeout(drain);
    if (this.#renewal !== null) clearInterval(this.#renewal);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#signal = Promise.withResolvers<void>();
      const pauseMs = await this.#claimDue().catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'due work could not be claimed; trying again');
        return faultPauseMs;
      });
      if (pauseMs > 0) await this.#sleep(pauseMs);
    }
  }

  /** Starts what is due and fits; answers how long there is nothing to do. */
  async #claimDue(): Promise<number> {
    const { store, provider, now, leaseMs, concurrency } = this.#options;
    const limit = concurrency - this.#running.size;
    // The end of any running task is a signal.
    if (limit <= 0) return longestTimerMs;
    const claim: Claim = { owner: randomUUID(), until: now() + leaseMs, open: 0 };
    const request = {
      provider: provider.name,
      now: now(),
      limit,
      leaseOwner: claim.owner,
      leaseUntil: claim.until,
    };
    const tasks = await store.claim(request);
    if (tasks.length > 0) {
      claim.open = tasks.length;
      this.#claims.add(claim);
      for (const task of tasks) this.#start(task, claim);
      if (tasks.length === limit) return longestTimerMs;
    }
    const dueAt = await store.nextDueAt(provider.name);
    return dueAt === null ? longestTimerMs : Math.max(0, dueAt - now());
  }

  #start(task: VideoTask, claim: Claim): void {
    const running = this.#work(task, claim).finally(() => {
      this.#running.delete(running);
      claim.open -= 1;
      if (claim.open === 0) this.#claims.delete(claim);
      this.wake();
    });
    this.#running.add(running);
  }

  async #work(task: VideoTask, claim: Claim): Promise<void> {
    const { now } = this.#options;
    const lease = { owner: claim.owner, isHeld: () => now() < claim.until };
    try {
      if (task.nextAction === 'submit') {
        if (!this.#stopping.signal.aborted)
          await submitTask(this.#options, task, lease, this.#drained.signal);
      } else {
        await checkTask(this.#options, task, lease, this.#stopping.signal);
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
