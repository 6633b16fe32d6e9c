import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { startServer, type OpenStudio } from './server/start-server.ts';
import type { Config } from './config/config.ts';
import { TaskFeed } from './events/feed.ts';
import { AllowedHosts } from './settings/addresses/allowed-hosts.ts';
import { Metrics } from './metrics/metrics.ts';
import { connectMetrics } from './connect-metrics.ts';
import { Archive } from './media/archive.ts';
import { ImageSources } from './media/fetch/image-sources.ts';
import { Posters } from './media/posters.ts';
import { openMediaStore } from './media/storage/open-media-store.ts';
import type { VideoProvider } from './providers/provider.ts';
import { createPromptWriter } from './providers/google/text/prompt-writer.ts';
import { callbackPathOf, createMissingProviders, createProviders } from './providers/registry.ts';
import { measureOperations } from './store/measured-store.ts';
import { openDatabase } from './open-database.ts';
import { readPromptFrames } from './commands/prompt-frames.ts';
import { Recorder } from './commands/recorder.ts';
import { VideoTasks } from './commands/video-tasks.ts';
import { Membership } from './worker/membership.ts';
import { Housekeeping } from './worker/upkeep/housekeeping.ts';
import { Poller } from './worker/poller.ts';
import { Pollers } from './worker/pollers.ts';
import { RecentCallbacks } from './worker/recent-callbacks.ts';
import { Retention } from './worker/upkeep/retention.ts';
import { SearchIndexing } from './worker/upkeep/search-indexing.ts';

/**
 * Requests to one provider at once: at 0.3 s each this checks 20,000 tasks of one owner in a Kie interval. A tenth of each
 * is kept for owners who hold none.
 */
const providerConcurrency = { check: 672, submit: 56, download: 112 };
/** The limit of mutations in a minute for an owner with a credential, where the operator set none. */
const usualMutationsPerMinute = 20_000;
/** The only owner where there is no authentication. */
const localOwner = 'local';
/** The limit of a check of an image address before the paid request, in milliseconds; a slower host is left to the provider. */
const imageLookMs = 3000;
/** The limit of fetching a picture for a poster, in milliseconds, while the video is copied. */
const posterMs = 3000;
/** The time for paid requests that are under way at the stop, in milliseconds; the whole stop takes at most 10 s. */
const submitDrainMs = 5000;

/** The longest pause between two looks for due work that other instances may have left, in milliseconds. */
const sharedIdleMs = 1000;
/**
 * The shortest time between two reads of what other instances have changed, in milliseconds: 200 a second at most, however
 * many instances notify. A read costs PostgreSQL 0.17 ms. With 20 ms, p95 from the commit to the client was 95 ms on three busy
 * instances, with 5 ms it was 65, as without a pause.
 */
const sharedReadsEveryMs = 5;

/** The running server. */
export interface App extends AsyncDisposable {
  /** The address for clients on this machine. */
  readonly url: string;
  /** True if only the simulator makes videos. */
  readonly simulated: boolean;
}

/**
 * Wires the modules and starts them; resolves when requests are answered and work is done. What was started is
 * disposed of in reverse order, also where a later part fails to start.
 *
 * @param signal ends the start between two of its steps
 * @throws the signal's reason; what a part throws that cannot start
 */
export async function startApp(
  config: Config,
  log: Logger,
  {
    signal = new AbortController().signal,
    openStudio,
  }: { signal?: AbortSignal; openStudio?: OpenStudio } = {},
): Promise<App> {
  await using stack = new AsyncDisposableStack();

  signal.throwIfAborted();
  const metrics = new Metrics(log);
  const { store, port } = await openDatabase(config, log, signal);
  stack.use(store);
  measureOperations(store, metrics);
  const now = () => store.now();
  const feed = stack.use(
    await TaskFeed.open(store, log, metrics, store.isShared ? { readEveryMs: sharedReadsEveryMs } : {}),
  );
  signal.throwIfAborted();
  const files = await openMediaStore(config.media.store, config.storage, log, stack);
  const started = await createProviders(config.providers.names, config.providers.settings, {
    timeoutMs: config.work.providerTimeoutMs,
    now,
    log,
    facts: store.providerFacts,
    stack,
  });
  const providers = started.map(({ provider }) => provider);
  const allowHosts = new AllowedHosts([
    ...config.media.fetchAllowHosts,
    ...started.flatMap(({ allowedHosts }) => allowedHosts),
  ]);
  const imageSources = stack.use(new ImageSources(allowHosts, imageLookMs));
  const archive = stack.use(
    new Archive({
      files,
      allowHosts,
      timeoutMs: config.work.providerTimeoutMs,
      now,
      log,
      onBegin: (mediaKey) => store.media.begin(mediaKey, now()),
    }),
  );

  const posters = stack.use(
    new Posters({
      files,
      allowHosts,
      timeoutMs: posterMs,
      log,
      onBegin: (mediaKey) => store.media.begin(mediaKey, now()),
    }),
  );
  const recorder = new Recorder(store, log, now, metrics);
  const instance = randomUUID();
  const membership = stack.use(
    new Membership({
      store,
      id: instance,
      hasOwnMedia: config.media.store.kind === 'file' && !config.storage.isMediaShared,
      log,
    }),
  );
  await membership.start();
  const callbacks = new RecentCallbacks(now);
  const createPoller = (provider: VideoProvider) => {
    const path = callbackPathOf(provider.name);
    const callbacksAt =
      config.http.publicUrl === null || path === null ? null : `${config.http.publicUrl}/callbacks/${path}`;
    return new Poller({
      store,
      recorder,
      provider,
      files,
      imageSources,
      archive,
      posters,
      log,
      metrics,
      now,
      uptime: () => performance.now(),
      random: Math.random,
      patienceMs: config.work.patienceMs,
      leaseMs: config.work.leaseMs,
      instance,
      onCallbackElsewhere: (at) => callbacks.noteAt(provider.name, at),
      longestIdleMs: store.isShared ? sharedIdleMs : Number.POSITIVE_INFINITY,
      concurrency: providerConcurrency,
      drainMs: submitDrainMs,
      callbackUrl: ({ work: { callbackToken } }) =>
        callbacksAt === null ? null : `${callbacksAt}/${callbackToken}`,
      callbacksArrive: (task) => callbacks.areExpectedFor(task),
    });
  };
  const pollers = stack.use(
    new Pollers([...providers, ...createMissingProviders(providers)].map(createPoller)),
  );
  const tasks = new VideoTasks({
    store,
    files,
    recorder,
    providers,
    promptFrames: readPromptFrames(),
    promptWriter: createPromptWriter(config.providers.settings.google, stack),
    images: imageSources,
    budgets: config.auth.budgetPerMonth ?? new Map(),
    maxUploadBytes: config.limits.uploadBytesPerOwner,
    limits: {
      openTasks: config.limits.openTasksPerOwner,
      mutationsPerMinute: (owner) =>
        config.limits.mutationsPerMinute ?? (owner === localOwner ? null : usualMutationsPerMinute),
    },
    wakeWorker: (provider) => pollers.wake(provider),
    now,
  });

  await connectMetrics(
    metrics,
    {
      store,
      providers,
      health: (provider) => pollers.health(provider),
      database: config.storage.database.kind,
      mediaStore: config.media.store.kind,
    },
    stack,
  );
  signal.throwIfAborted();
  const api = stack.use(
    await startServer(
      { ...config, http: { ...config.http, port } },
      {
        store,
        feed,
        tasks,
        providers,
        health: (provider) => pollers.health(provider),
        isKeyRefused: (provider) => pollers.isKeyRefused(provider),
        isWorking: () => pollers.areWorking,
        files,
        metrics,
        log,
        now,
        onCallback: (provider) => {
          const isNews = callbacks.note(provider);
          if (isNews && store.isShared) {
            store.shared
              .noteCallback(provider, now())
              .catch((error: unknown) =>
                log.warn({ err: error }, 'a callback was not noted for other instances'),
              );
          }
          pollers.wake(provider);
        },
        openStudio,
      },
    ),
  );
  const retention = stack.use(
    new Retention({
      store,
      recorder,
      files,
      log,
      now,
      instance,
      keepMs: config.media.retentionMs,
      maxBytes: config.limits.mediaBytes,
    }),
  );
  const housekeeping = stack.use(new Housekeeping({ store, files, log, now, instance }));
  const searchIndexing = stack.use(new SearchIndexing({ store, log, now, instance }));
  signal.throwIfAborted();
  pollers.start();
  retention.start();
  housekeeping.start();
  searchIndexing.start();

  const running = stack.move();
  return {
    url: api.url,
    simulated: api.simulated,
    [Symbol.asyncDispose]: () => {
      // Requests that are under way end first, but no provider gets new work from now on.
      pollers.stop();
      return running.disposeAsync();
    },
  };
}
