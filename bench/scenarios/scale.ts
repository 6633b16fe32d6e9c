import { availableParallelism } from 'node:os';
import { atMost, type Result } from '../report.ts';
import { makeBed } from '../scale/bed.ts';
import { measureChecks } from '../scale/checks.ts';
import { measureClaims } from '../scale/claims.ts';
import { measureFeedReads } from '../scale/feed-reads.ts';
import { measureMutations, type MutationCost } from '../scale/mutations.ts';
import { measurePushes, type PushCost, type PushSettings } from '../scale/pushes.ts';
import { compareQueues } from '../scale/queues.ts';

/** One notification in 20 ms: `batchMs` in src/store/postgres/change-signals.ts. */
const notificationsOfInstance = 50;
const longestPushMs = 100;

/** Sizes of one run. */
export interface ScaleSettings {
  /** Numbers of instances, ascending. */
  readonly instances: readonly number[];
  readonly mutationSeconds: number;
  readonly checks: { readonly tasks: number; readonly seconds: number };
  readonly pushes: PushSettings;
  /** Rows of each kind of work. */
  readonly claims: { readonly sizes: readonly [number, number]; readonly rounds: number };
  /** Tasks of each contestant in the comparison with queues. */
  readonly tasks: number;
}

/**
 * Several instances on one PostgreSQL, all on this machine: what they do in a second, what one mutation, check and task
 * costs instances and PostgreSQL, and what grows with the rows. Then the life of a task next to two queues.
 */
export async function scale(settings: ScaleSettings): Promise<Result> {
  await using bed = await makeBed();
  const claims = await measureClaims(bed, settings.claims.sizes, settings.claims.rounds);
  const feedReads = await measureFeedReads(bed, settings.claims.rounds);
  const mutations: MutationCost[] = [];
  const pushes: PushCost[] = [];
  for (const count of settings.instances) {
    mutations.push(await measureMutations(bed, count, settings.mutationSeconds));
    pushes.push(...(await measurePushes(bed, count, settings.pushes)));
  }
  const checks = await measureChecks(bed, settings.instances, settings.checks);
  const queues = await compareQueues(bed, settings.tasks);
  const busiest = Math.max(
    ...pushes.map(({ notificationsPerSecond, instances }) => notificationsPerSecond / instances),
  );
  const [lightLoad] = settings.pushes.loads;
  const light = pushes.filter(({ perSecond }) => perSecond === lightLoad?.perSecond);
  return {
    scenario: 'scale',
    what:
      `Instances, PostgreSQL, provider and clients share ${availableParallelism()} cores: more instances cannot do more ` +
      'here than the cores; read the CPU of each unit. Subscribers follow all tasks, on all instances. ' +
      'pg-boss and graphile-worker run a job that does nothing; they have no attempt that is paid at most once, no requests to a ' +
      'provider, no push, no copy of a video, no history and no ledger.',
    rows: [...mutations, ...checks].map(({ row }) => row),
    more: [pushes.map(({ row }) => row), feedReads, claims.rows, queues.rows],
    rounds: { mutations, checks, pushes, queues: queues.costs },
    targets: [
      ...claims.targets,
      atMost('notifications per second and instance', busiest, notificationsOfInstance),
      ...light.map(({ instances, p95Ms }) =>
        atMost(`commit → client p95 with ${instances} instances, in ms`, p95Ms, longestPushMs),
      ),
    ],
  };
}
