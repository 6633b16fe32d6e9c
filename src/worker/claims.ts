import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ClaimRequest, Store } from '../store/store.ts';
import type { ProviderName, VideoTask } from '../store/video-task.ts';
import type { Lease } from './run.ts';

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

/** Tasks that were claimed together: one name in the database, one deadline. */
interface Claim {
  readonly owner: string;
  until: number;
  open: number;
}

/** Takes work from the store, and keeps it for as long as it is being done. */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #open = new Set<Claim>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Takes what is due: as many of each kind as there are places for. */
  async take(
    wanted: Pick<ClaimRequest, 'except' | 'expiredBefore'> & {
      readonly checks: number;
      readonly submits: number;
    },
  ): Promise<readonly ClaimedTask[]> {
    if (wanted.checks + wanted.submits <= 0) return [];
    const { store, provider, now, leaseMs } = this.#options;
    const claim: Claim = { owner: randomUUID(), until: now() + leaseMs, open: 0 };
    const tasks = await store.claim({
      ...wanted,
      provider: provider.name,
      now: now(),
      limit: wanted.checks + wanted.submits,
      leaseOwner: claim.owner,
      leaseUntil: claim.until,
    });
    if (tasks.length > 0) this.#open.add(claim);
    claim.open = tasks.length;
    const lease = { owner: claim.owner, isHeld: () => now() < claim.until };
    return tasks.map((task) => ({
      task,
      lease,
      done: () => {
        claim.open -= 1;
        if (claim.open === 0) this.#open.delete(claim);
      },
    }));
  }

  /** Keeps what is open for another while. A failure is logged: the work may pass to another worker. */
  async renew(): Promise<void> {
    const claims = [...this.#open];
    if (claims.length === 0) return;
    const { store, now, leaseMs, log } = this.#options;
    const until = now() + leaseMs;
    try {
      await store.renew(
        claims.map(({ owner }) => owner),
        until,
      );
      for (const claim of claims) claim.until = until;
    } catch (error) {
      log.error({ err: error }, 'leases could not be renewed; work may pass to another worker');
    }
  }
}
