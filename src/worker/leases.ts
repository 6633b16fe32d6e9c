import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ClaimRequest, Store } from '../store/store.ts';
import type { ProviderName, TaskId, VideoTask } from '../domain/video-task.ts';
import type { Lease } from './work-context.ts';

/** What claims are made with. */
export interface ClaimsOptions {
  readonly store: Store;
  readonly provider: { readonly name: ProviderName };
  readonly log: Logger;
  readonly leaseMs: number;
  readonly now: () => number;
}

/** A task that is ours for a while. */
export interface ClaimedTask {
  readonly task: VideoTask;
  readonly lease: Lease;
  /** The work on it has ended. */
  done(): void;
}

/** Tasks that were claimed together: one name in the database. */
interface Claim {
  readonly owner: string;
  until: number;
  /** Those whose work goes on, and until when each is ours. */
  readonly tasks: Map<TaskId, { until: number }>;
}

/** Leases held by this process: takes work from the store, and keeps it for as long as it is being done. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #open = new Set<Claim>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Takes what is due: as many of each kind as there are slots for. */
  async take(
    wanted: Pick<ClaimRequest, 'except' | 'expiredBefore' | 'sharing'> & {
      readonly checks: number;
      readonly submits: number;
    },
  ): Promise<readonly ClaimedTask[]> {
    if (wanted.checks + wanted.submits <= 0) return [];
    const { store, provider, now, leaseMs } = this.#options;
    const claim: Claim = { owner: randomUUID(), until: now() + leaseMs, tasks: new Map() };
    const tasks = await store.claim({
      ...wanted,
      provider: provider.name,
      now: now(),
      limit: wanted.checks + wanted.submits,
      leaseOwner: claim.owner,
      leaseUntil: claim.until,
    });
    if (tasks.length > 0) this.#open.add(claim);
    return tasks.map((task) => {
      const held = { until: claim.until };
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
   * Keeps what is held for longer where a renewal is overdue: after the process stood still, a claim must not take
   * leases away from work that goes on here.
   */
  async renewOverdue(): Promise<void> {
    const { now, leaseMs } = this.#options;
    // A renewal comes when two thirds are left.
    const isOverdue = [...this.#open].some(({ until }) => until - now() < leaseMs / 2);
    if (isOverdue) await this.renew();
  }

  /** Keeps what is held for longer. A failure is logged: the work may pass to another worker. */
  async renew(): Promise<void> {
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
        for (const [id, held] of claim.tasks) if (renewed.has(id)) held.until = until;
      }
    } catch (error) {
      log.error({ err: error }, 'leases could not be renewed; work may pass to another worker');
    }
  }
}
