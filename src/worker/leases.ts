import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ClaimRequest, Store } from '../store/store.ts';
import type { ProviderName, TaskId, VideoTask } from '../domain/video-task.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LongLived } from '../time/lifetime.ts';
import type { Lease } from './work-context.ts';

/** Settings of leases. */
export interface LeasesOptions {
  readonly store: Store;
  readonly provider: { readonly name: ProviderName };
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'dueLateness' | 'leasesLost'>;
  /** Time for which a claim holds without a renewal, in milliseconds. */
  readonly leaseMs: number;
  readonly now: () => number;
}

/** A task that this process holds. */
export interface ClaimedTask {
  readonly task: VideoTask;
  readonly lease: Lease;
  /** Ends the renewal of its lease: the work on it has ended. */
  done(): void;
}

/** The lease of one task. */
interface Held {
  /** Milliseconds since 1970. */
  until: number;
  isLost: boolean;
}

/** Tasks that were claimed together, under one name in the database. */
interface Claim {
  readonly owner: string;
  until: number;
  /** The tasks whose work continues, with the time until which each is held. */
  readonly tasks: Map<TaskId, Held>;
}

/**
 * Leases held by this process: claims due work from the store, and renews the leases while the work goes on.
 * Owns one timer.
 */
export class Leases implements LongLived {
  readonly #options: LeasesOptions;
  readonly #open = new Set<Claim>();
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;
  #renewal: Promise<void> = Promise.resolve();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** Begins to renew; leases may be taken before. */
  start(): void {
    if (this.#timer !== null || this.#isStopped) return;
    this.#timer = setInterval(() => void this.renew(), this.#options.leaseMs / 3);
  }

  /** Ends the renewal. Leases that are still held run out by themselves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#renewal;
  }

  /** Claims due work, at most as many of each kind as asked for. */
  async take(
    limits: Pick<ClaimRequest, 'except' | 'expiredBefore' | 'sharing'> & {
      readonly checks: number;
      readonly submits: number;
    },
  ): Promise<readonly ClaimedTask[]> {
    if (limits.checks + limits.submits <= 0) return [];
    const { store, provider, now, leaseMs, metrics } = this.#options;
    const claim: Claim = { owner: randomUUID(), until: now() + leaseMs, tasks: new Map() };
    const tasks = await store.claim({
      ...limits,
      provider: provider.name,
      now: now(),
      limit: limits.checks + limits.submits,
      leaseOwner: claim.owner,
      leaseUntil: claim.until,
    });
    if (tasks.length > 0) this.#open.add(claim);
    const lateness = metrics.dueLateness.of();
    return tasks.map((task) => {
      lateness.record(Math.max(0, now() - (task.work.dueAt ?? now())) / 1000);
      const held: Held = { until: claim.until, isLost: false };
      claim.tasks.set(task.id, held);
      return {
        task,
        lease: { owner: claim.owner, isHeld: () => now() < held.until },
        done: () => {
          claim.tasks.delete(task.id);
          if (claim.tasks.size === 0) this.#open.delete(claim);
        },
      };
    });
  }

  /**
   * Renews the leases where that is overdue: after the process was suspended, a claim must not take leases away from
   * work that goes on here.
   */
  async renewOverdue(): Promise<void> {
    const { now, leaseMs } = this.#options;
    // A renewal comes when two thirds are left.
    const isOverdue = [...this.#open].some(({ until }) => until - now() < leaseMs / 2);
    if (isOverdue) await this.renew();
  }

  /** Renews all leases. A failure is logged: the work may then pass to another worker. Never rejects. */
  renew(): Promise<void> {
    this.#renewal = this.#renewal.then(() => this.#renewAll());
    return this.#renewal;
  }

  /** Work that has ended returns its lease a moment before it ends here: only one that another took, or that ran out, is lost. */
  async #countIfLost(claim: Claim, id: TaskId, held: Held): Promise<void> {
    if (held.isLost) return;
    const { store, now, metrics } = this.#options;
    const leaseOwner = (await store.get(id))?.work.leaseOwner ?? null;
    held.isLost = (leaseOwner !== null && leaseOwner !== claim.owner) || now() >= held.until;
    if (held.isLost) metrics.leasesLost.add();
  }

  async #renewAll(): Promise<void> {
    const claims = [...this.#open];
    if (claims.length === 0) return;
    const { store, now, leaseMs, log } = this.#options;
    const until = now() + leaseMs;
    try {
      const renewed = new Set(
        await store.renew(
          claims.map(({ owner }) => owner),
          until,
        ),
      );
      for (const claim of claims) {
        claim.until = until;
        for (const [id, held] of claim.tasks) {
          if (renewed.has(id)) held.until = until;
          else await this.#countIfLost(claim, id, held);
        }
      }
    } catch (error) {
      log.error({ err: error }, 'leases could not be renewed; work may pass to another worker');
    }
  }
}
