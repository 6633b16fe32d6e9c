import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { startApp } from '../../src/app.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { readConfig } from '../../src/config/config.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { DeliveryPace } from '../../src/events/delivery-pace.ts';
import { TaskFeed } from '../../src/events/feed.ts';
import { TaskStreams } from '../../src/events/task-stream.ts';
import { Subscriber } from '../../src/events/subscriber.ts';
import { Archive } from '../../src/media/archive.ts';
import { ImageSources } from '../../src/media/fetch/image-sources.ts';
import { FileStore } from '../../src/media/storage/file-store.ts';
import { kieEntries } from '../../src/providers/catalogue/kie/kie-entries.ts';
import { google } from '../../src/providers/google/declaration.ts';
import { ProviderHttp } from '../../src/providers/http/http.ts';
import { CatalogueRefresh } from '../../src/providers/kie/catalogue-refresh/catalogue-refresh.ts';
import { createMissingProvider } from '../../src/providers/missing-provider.ts';
import type { VideoProvider } from '../../src/providers/provider.ts';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { BodyRoom } from '../../src/server/body/body-room.ts';
import { ResponseRoom } from '../../src/graphql/response-room.ts';
import { CutConnections } from '../../src/server/connections/cut-connections.ts';
import { Traffic } from '../../src/server/http/traffic.ts';
import { AllowedHosts } from '../../src/settings/addresses/allowed-hosts.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { WaitingServer } from '../../src/server/waiting-server.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import type { Store } from '../../src/store/store.ts';
import { Deadline, DeadlineSignal } from '../../src/time/deadline.ts';
import { Lifetime, type LongLived } from '../../src/time/lifetime.ts';
import { Housekeeping } from '../../src/worker/upkeep/housekeeping.ts';
import { Membership } from '../../src/worker/membership.ts';
import { Retention } from '../../src/worker/upkeep/retention.ts';
import { SearchIndexing } from '../../src/worker/upkeep/search-indexing.ts';
import { KeyWatch } from '../../src/worker/provider-health/key-watch.ts';
import { Poller } from '../../src/worker/poller.ts';
import { Pollers } from '../../src/worker/pollers.ts';
import { kieProviderAt } from './kie-provider.ts';
import { startPostgresDatabases, type PostgresDatabases } from './postgres-databases.ts';
import { overEventStream, overWebSocket } from './push-client.ts';
import { startPushServer } from './push-server.ts';
import { local, sampleTask, sampleTime, sampleVideo } from './sample-task.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** One object under test, not started, with what it was given. */
export interface Specimen {
  readonly lifetime: LongLived;
  /** Whether it does now what it is for. */
  readonly isReady: () => boolean | Promise<boolean>;
  /** Puts it to work that no other side ends; resolves once that is under way. */
  readonly occupy?: () => Promise<unknown>;
}

/** Makes one. What it is given is disposed of with the stack, after the object. */
export type MakeSpecimen = (stack: AsyncDisposableStack, log: Logger) => Promise<Specimen>;

/** Answers nothing, so that whatever asks it stays under way. */
async function startSilentHost(stack: AsyncDisposableStack) {
  const held: ServerResponse[] = [];
  const server = createServer((_request, response) => void held.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    allowHosts: new AllowedHosts([{ name: '127.0.0.1', port }]),
    asked: (count = 1) => waitFor('requests', () => held.length >= count),
  };
}

async function openStore(stack: AsyncDisposableStack): Promise<Store> {
  const folder = stack.use(await temporaryFolder());
  return stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
}

/** One for all of them: its start takes seconds. */
let postgres: Promise<PostgresDatabases> | null = null;

/** Ends what is kept for several objects. */
export async function endShared(): Promise<void> {
  await (await postgres)?.[Symbol.asyncDispose]();
}

async function takePostgres(stack: AsyncDisposableStack): Promise<{ readonly url: string }> {
  postgres ??= startPostgresDatabases();
  return stack.use(await (await postgres).take());
}

async function openFiles(stack: AsyncDisposableStack, log: Logger): Promise<FileStore> {
  return FileStore.open(stack.use(await temporaryFolder()).path, log);
}

async function insert(store: Store, overrides: Parameters<typeof sampleTask>[0] = {}) {
  const result = await store.insert(sampleTask({ id: randomId() as TaskId, ...overrides }), null);
  if (result.kind !== 'inserted') throw new Error(result.kind);
  return result.task;
}

const generating = (): Parameters<typeof sampleTask>[0] => ({
  stage: 'GENERATING',
  nextAction: 'check',
  providerTaskId: randomId(),
});

/** Work that is cut by the stop rejects; that is its answer. */
const begin = (work: Promise<unknown>): void => void work.catch(() => undefined);

/** An object that an asynchronous function opens, with a way to ask whether it works. */
function opened<T extends AsyncDisposable | Disposable>(
  open: () => T | Promise<T>,
  {
    isReady = () => true,
    occupy,
  }: { isReady?: (it: T) => boolean | Promise<boolean>; occupy?: (it: T) => unknown } = {},
): Specimen {
  const lifetime = new Lifetime(async () => open());
  const use = async <R>(run: (it: T) => R | Promise<R>) => run(await lifetime.opened());
  return {
    lifetime,
    isReady: () => use(isReady).catch(() => false),
    ...(occupy !== undefined && { occupy: () => use(occupy) }),
  };
}

async function makePoller(
  stack: AsyncDisposableStack,
  log: Logger,
  provider: VideoProvider,
  leaseMs = 30_000,
): Promise<{ poller: Poller; store: Store }> {
  const store = await openStore(stack);
  const files = await openFiles(stack, log);
  const poller = new Poller({
    store,
    recorder: new Recorder(store, log, Date.now, new Metrics(log)),
    provider,
    files,
    imageSources: {
      whyUnreachable: () => Promise.resolve(null),
      fetch: () => Promise.reject(new Error('There is nothing to fetch')),
    },
    posters: { store: () => Promise.resolve(null) },
    archive: { fetch: () => Promise.reject(new Error('There is nothing to fetch')) },
    log,
    metrics: new Metrics(log),
    now: Date.now,
    uptime: () => performance.now(),
    random: Math.random,
    patienceMs: Date.now(),
    leaseMs,
    instance: 'this',
    onCallbackElsewhere: () => {},
    longestIdleMs: Number.POSITIVE_INFINITY,
    concurrency: { check: 10, submit: 10, download: 10 },
    drainMs: 50,
    callbackUrl: () => null,
    callbacksArrive: () => false,
  });
  return { poller, store };
}

/** Every kind of long-lived object in `src`. */
export const longLived: Readonly<Record<string, MakeSpecimen>> = {
  'a poller whose requests are under way': async (stack, log) => {
    const kie = await startSilentHost(stack);
    const { poller, store } = await makePoller(stack, log, stack.use(kieProviderAt(kie.url)));
    return {
      lifetime: poller,
      isReady: () => poller.isWorking,
      occupy: async () => {
        await insert(store);
        await insert(store, generating());
        poller.wake();
        await kie.asked(2);
      },
    };
  },
  'a poller that renews its leases': async (stack, log) => {
    const kie = await startSilentHost(stack);
    const { poller, store } = await makePoller(stack, log, stack.use(kieProviderAt(kie.url)), 6);
    const renewed = Promise.withResolvers<void>();
    const renew = store.renew.bind(store);
    // The stop then comes in the middle of a renewal.
    store.renew = (...parts) => {
      renewed.resolve();
      return new Promise((resolve) => void setTimeout(resolve, 100)).then(() => renew(...parts));
    };
    return {
      lifetime: poller,
      isReady: () => poller.isWorking,
      occupy: async () => {
        await insert(store, generating());
        poller.wake();
        await renewed.promise;
      },
    };
  },
  'the pollers of all providers': async (stack, log) => {
    const kie = await startSilentHost(stack);
    const { poller, store } = await makePoller(stack, log, stack.use(kieProviderAt(kie.url)));
    const { poller: other } = await makePoller(stack, log, createMissingProvider(google));
    const pollers = new Pollers([poller, other]);
    return {
      lifetime: pollers,
      isReady: () => pollers.areWorking,
      occupy: async () => {
        await insert(store);
        pollers.wake('KIE');
        await kie.asked();
      },
    };
  },
  'the refresh of a catalogue whose request is under way': async (stack, log) => {
    const kie = await startSilentHost(stack);
    const store = await openStore(stack);
    const refresh = new CatalogueRefresh({
      provider: 'KIE',
      entries: kieEntries,
      http: stack.use(new ProviderHttp({ timeoutMs: 5000 })),
      baseUrl: kie.url,
      facts: store.providerFacts,
      log,
      now: Date.now,
    });
    return {
      lifetime: refresh,
      isReady: () => refresh.isWorking,
      occupy: () => kie.asked(),
    };
  },
  'the watch on a key whose request is under way': async (stack, log) => {
    const kie = await startSilentHost(stack);
    const provider = stack.use(kieProviderAt(kie.url, { keyVariable: 'KIE_API_KEY' }));
    const watch = new KeyWatch({ provider, log, random: Math.random });
    return {
      lifetime: watch,
      isReady: () => watch.isWorking,
      occupy: () => kie.asked(),
    };
  },
  housekeeping: async (stack, log) => {
    const store = await openStore(stack);
    const files = await openFiles(stack, log);
    for (let count = 0; count < 30; count += 1) await insert(store, { deletedAt: sampleTime });
    const housekeeping = new Housekeeping({ store, files, log, now: Date.now, instance: 'this' });
    return {
      lifetime: housekeeping,
      isReady: () => {
        const left = async () => (await store.changesAfter(0, { limit: 100 })).length;
        return waitFor('a clean store', left, (count) => count === 0, 500).then(
          () => true,
          () => false,
        );
      },
    };
  },
  'search indexing': async (stack, log) => {
    const store = await openStore(stack);
    for (let count = 0; count < 260; count += 1) await insert(store, { stage: 'COMPLETED' });
    let added = 0;
    const indexing = new SearchIndexing({
      store: {
        isShared: store.isShared,
        shared: store.shared,
        indexSearch: async (signal) => {
          const round = await store.indexSearch(signal);
          added += round.added;
          return round;
        },
      },
      log,
      now: Date.now,
      instance: 'this',
    });
    return {
      lifetime: indexing,
      isReady: () =>
        waitFor(
          'an index',
          () => added,
          (count) => count === 260,
          1000,
        ).then(
          () => true,
          () => false,
        ),
    };
  },
  retention: async (stack, log) => {
    const store = await openStore(stack);
    const files = await openFiles(stack, log);
    const task = await insert(store, { stage: 'GENERATING' });
    const video = { ...sampleVideo, archivedAt: sampleTime };
    const patch = { stage: 'COMPLETED', result: { completedAt: sampleTime, video } } as const;
    await store.change(task.id, () => ({ patch, announces: true, transition: null }));
    const recorder = new Recorder(store, log, Date.now, new Metrics(log));
    const retention = new Retention({
      store,
      recorder,
      files,
      log,
      now: Date.now,
      instance: 'this',
      keepMs: 1000,
      maxBytes: null,
    });
    return {
      lifetime: retention,
      isReady: () => {
        const use = async () => (await store.media.use())[0]?.files;
        return waitFor('no video', use, (count) => count === 0, 500).then(
          () => true,
          () => false,
        );
      },
    };
  },
  'the feed': async (stack, log) => {
    const store = await openStore(stack);
    const heard: unknown[] = [];
    return opened(
      async () => {
        const feed = await TaskFeed.open(store, log, new Metrics(log));
        feed.watch({ owner: sampleTask().owner, id: null }, (task) => void heard.push(task));
        return feed;
      },
      {
        isReady: async () => {
          const { length } = heard;
          await insert(store);
          return waitFor('a change', () => heard.length > length, Boolean, 500).catch(() => false);
        },
        // A commit is announced; nothing waits for the read that follows it.
        occupy: () => insert(store),
      },
    );
  },
  'a subscriber that catches up': async (stack, log) => {
    const store = await openStore(stack);
    for (let count = 0; count < 120; count += 1) await insert(store);
    const feed = stack.use(await TaskFeed.open(store, log, new Metrics(log)));
    const streams = new TaskStreams(feed, log);
    const sent: unknown[] = [];
    return opened(
      async () => {
        const stream = streams.open('all', { owner: sampleTask().owner, id: null }, ({ id }) => id);
        const sink = {
          send: (payload: unknown) => void sent.push(payload),
          isWritable: () => sent.length < 105,
          whenWritable: () => {},
          end: () => {},
          fail: () => {},
        };
        const subscriber = new Subscriber(stream, sink, () => {});
        await subscriber.begin(store, { kind: 'present' });
        return subscriber;
      },
      { isReady: () => feed.listenerCount === 1, occupy: () => waitFor('states', () => sent.length > 0) },
    );
  },
  'the store': async (stack) => {
    const folder = stack.use(await temporaryFolder());
    return opened(() => openSqliteStore(join(folder.path, 'reelay.db')), {
      isReady: async (store) => (await store.lastRevision()) >= 0,
      occupy: (store) => {
        for (let count = 0; count < 20; count += 1) begin(insert(store));
      },
    });
  },
  'the store on PostgreSQL': async (stack, log) => {
    const { url } = await takePostgres(stack);
    return opened(() => openPostgresStore({ url }, log), {
      isReady: async (store) => (await store.lastRevision()) >= 0,
      occupy: (store) => {
        for (let count = 0; count < 20; count += 1) begin(insert(store));
      },
    });
  },
  'the presence among other instances': async (stack, log) => {
    const own = await openStore(stack);
    const store = { shared: own.shared, isShared: true, now: () => own.now() };
    return {
      lifetime: new Membership({ store, id: 'it', hasOwnMedia: true, log }),
      isReady: async () => {
        const now = store.now();
        const others = await store.shared.join({ id: 'probe', hasOwnMedia: false, until: now }, now);
        return others.some(({ id }) => id === 'it');
      },
    };
  },
  'the port that answers while the database is away': () =>
    Promise.resolve(
      opened(() => WaitingServer.listen('127.0.0.1', 0, () => 'A reason'), {
        isReady: async ({ url }) => (await fetch(`${url}/healthz`)).status === 200,
        // Requests that the stop may meet at any point.
        occupy: ({ url }) => begin(Promise.all([fetch(`${url}/graphql`), fetch(`${url}/readyz`)])),
      }),
    ),
  'the archive': async (stack, log) => {
    const source = await startSilentHost(stack);
    const files = await openFiles(stack, log);
    const { allowHosts } = source;
    const onBegin = () => Promise.resolve();
    return opened(() => new Archive({ files, allowHosts, timeoutMs: 60_000, now: Date.now, log, onBegin }), {
      occupy: async (archive) => {
        begin(archive.fetch(`${source.url}/v.mp4`, new AbortController().signal, 60_000));
        await source.asked();
      },
    });
  },
  'the check of image addresses': async (stack) => {
    const source = await startSilentHost(stack);
    return opened(() => new ImageSources(source.allowHosts, 60_000), {
      occupy: async (images) => {
        begin(images.whyUnreachable(`${source.url}/i.png`, new AbortController().signal));
        await source.asked();
      },
    });
  },
  'a provider': async (stack) => {
    const kie = await startSilentHost(stack);
    return opened(() => kieProviderAt(kie.url, { timeoutMs: 60_000 }), {
      occupy: async (provider) => {
        const { signal } = new AbortController();
        const request = { model: 'veo3_fast', resolution: null, memo: null, callbackUrl: null };
        begin(provider.check({ ...request, providerTaskId: 'theirs', mayOrder: () => false }, signal));
        begin(provider.credits());
        await kie.asked(2);
      },
    });
  },
  'a provider that is not configured': () => Promise.resolve(opened(() => createMissingProvider(google))),
  'the simulator': () =>
    Promise.resolve(
      opened(() => startSimulator({ durationMs: 60_000 }), {
        isReady: async ({ url }) => (await fetch(url)).status > 0,
        occupy: async ({ url }) => {
          const response = await fetch(`${url}/api/v1/veo/generate`, {
            method: 'POST',
            headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
            body: JSON.stringify({ prompt: 'fox', model: 'veo3_fast' }),
          });
          await response.text();
        },
      }),
    ),
  'the bounds of connections': (_stack, log) =>
    Promise.resolve(
      opened(
        () =>
          new Traffic(
            { bytes: 1, bytesPerOwner: 1, stallMs: 1000, slowBodyMs: 1000 },
            new CutConnections(new Metrics(log), log),
          ),
      ),
    ),
  'room for bodies': () =>
    Promise.resolve(
      opened(() => new BodyRoom({ bytes: 10, bytesPerOwner: 10, maxBodyBytes: 10, waitMs: 60_000 })),
    ),
  'room for responses': () =>
    Promise.resolve(
      opened(
        () =>
          new ResponseRoom({
            measure: () => ({ total: 1000, of: () => 1000 }),
            bytes: 10,
            bytesPerOwner: 10,
            waitMs: 60_000,
          }),
        { occupy: (room) => void room.enter(local, 10, { destroyed: false }) },
      ),
    ),
  'the pace of a stream': () =>
    Promise.resolve(
      opened(
        () => {
          const pace = new DeliveryPace();
          pace.delivered(1000);
          return pace;
        },
        { occupy: (pace) => begin(pace.rested()) },
      ),
    ),
  'a deadline': () => Promise.resolve(opened(() => new Deadline(60_000, () => {}))),
  'a signal with a deadline': () => Promise.resolve(opened(() => new DeadlineSignal(60_000))),
  'the HTTP server with a WebSocket and an event stream': (stack) =>
    Promise.resolve(
      opened(() => startPushServer(), {
        isReady: async ({ url }) => (await fetch(`${url}/readyz`)).status === 200,
        occupy: async ({ url }) => {
          const query = 'subscription { taskStatusChanged { id } }';
          stack.use(await overWebSocket(url, query));
          stack.use(await overEventStream(url, query));
        },
      }),
    ),
  'the whole server': async (stack, log) => {
    const folder = stack.use(await temporaryFolder());
    const config = readConfig({ PORT: '0', DATA_DIR: folder.path, SIMULATOR_DURATION_MS: '60000' });
    const lifetime = new Lifetime((signal) => startApp(config, log, { signal }));
    return {
      lifetime,
      isReady: async () => {
        const app = await lifetime.opened().catch(() => null);
        return app !== null && (await fetch(`${app.url}/readyz`)).status === 200;
      },
      occupy: async () => {
        const { url } = await lifetime.opened();
        stack.use(await overWebSocket(url, 'subscription { taskStatusChanged { id } }'));
      },
    };
  },
};

/** A log that keeps its errors. */
export function errorLog(): { readonly log: Logger; readonly errors: unknown[] } {
  const errors: unknown[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) });
  return { log, errors };
}
