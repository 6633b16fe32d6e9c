import { readFile } from 'node:fs/promises';
import { usesOf } from './domain/video-model.ts';
import { statuses } from './domain/video-task.ts';
import type { ProviderHealth, VideoProvider } from './providers/provider.ts';
import { EventLoopDelay } from './metrics/event-loop-delay.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Sample } from './metrics/reading.ts';
import type { Store } from './store/store.ts';
import { Deadline } from './time/deadline.ts';
import { createLimit } from './worker/policy/create-limit.ts';

/** What the metrics read. */
export interface MetricSources {
  readonly store: Store;
  readonly providers: readonly VideoProvider[];
  readonly health: (provider: VideoProvider['name']) => ProviderHealth;
  readonly database: 'sqlite' | 'postgres';
  readonly mediaStore: 'file' | 's3';
}

/** The time that a scrape waits for a provider's balance, in milliseconds; then the last known one is reported. */
const balanceWaitMs = 1000;

const healthValues = { DOWN: 0, DEGRADED: 1, UP: 2 } as const;

/** Sets where the metrics of the whole server are read from. The stack disposes of what they own. */
export async function connectMetrics(
  metrics: Metrics,
  { store, providers, health, database, mediaStore }: MetricSources,
  stack: AsyncDisposableStack,
): Promise<void> {
  /** A value for each provider; null: there is none. */
  const ofEach = (read: (provider: VideoProvider) => number | null | Promise<number | null>) => async () => {
    const samples = await Promise.all(
      providers.map(async (provider): Promise<Sample | null> => {
        const value = await read(provider);
        return value === null ? null : [value, provider.name];
      }),
    );
    return samples.filter((sample) => sample !== null);
  };
  metrics.listModels(
    providers.flatMap(({ models }) =>
      models.flatMap((model) => [model.id, ...usesOf(model).flatMap(([, limits]) => limits.model ?? [])]),
    ),
  );
  metrics.tasks.readFrom(async () => {
    const counts = await store.taskCounts();
    const known = counts.map(({ provider, status, count }): Sample => [count, provider, status]);
    const none = providers.flatMap(({ name }) =>
      statuses
        .filter((status) => !counts.some((count) => count.provider === name && count.status === status))
        .map((status): Sample => [0, name, status]),
    );
    return [...known, ...none];
  });
  metrics.queueOldest.readFrom(
    ofEach(async ({ name }) => {
      const { waitingSince } = await store.dueTimes(name);
      return waitingSince === null ? 0 : Math.max(0, store.now() - waitingSince) / 1000;
    }),
  );
  metrics.providerHealth.readFrom(
    ofEach(({ name }) => {
      const known = health(name);
      return known === 'UNKNOWN' ? null : healthValues[known];
    }),
  );
  metrics.createBudgetLeft.readFrom(
    ofEach(async (provider) => {
      const { places } = await store.createAllowance(provider.name, createLimit(provider, store.now()));
      return places;
    }),
  );
  metrics.providerCredits.readFrom(ofEach(lastBalance()));
  metrics.mediaFiles.readFrom(async () =>
    (await store.media.use()).map(({ kind, files }) => [files, mediaStore, kind]),
  );
  metrics.mediaBytes.readFrom(async () =>
    (await store.media.use()).map(({ kind, bytes }) => [bytes, mediaStore, kind]),
  );
  const delay = stack.use(new EventLoopDelay());
  metrics.eventLoopDelay.readFrom(() => delay.read());
  const version = await readVersion();
  metrics.buildInfo.readFrom(() => [[1, version, process.version, database]]);
}

/** The balance of a provider, or the last known one where it does not come at once. */
function lastBalance(): (provider: VideoProvider) => Promise<number | null> {
  const known = new Map<VideoProvider, number | null>();
  return async (provider) => {
    const asked = provider.credits().then((credits) => void known.set(provider, credits));
    const waited = Promise.withResolvers<void>();
    using _ = new Deadline(balanceWaitMs, () => waited.resolve());
    await Promise.race([asked, waited.promise]);
    return known.get(provider) ?? null;
  };
}

async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
