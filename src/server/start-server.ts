import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { TaskFeed } from '../events/feed.ts';
import { TaskStreams } from '../events/task-stream.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { MediaStore } from '../media/storage/media-store.ts';
import type { ProviderHealth, VideoProvider } from '../providers/provider.ts';
import { createCallbackReaders } from '../providers/registry.ts';
import type { Services } from '../schema/context.ts';
import { buildSchema } from '../schema/schema.ts';
import { createAuthentication } from './auth/authentication.ts';
import { Downloads } from './routes/downloads.ts';
import { notFoundPage } from './routes/not-found-page.ts';
import { SharePage } from './routes/share-page.ts';
import { Callbacks } from './routes/callbacks.ts';
import { EventStreams } from './graphql-http/event-stream.ts';
import { GraphiQLPage } from './routes/graphiql.ts';
import { GraphQLHttp } from './graphql-http/graphql-http.ts';
import { Dispatcher } from './http/dispatcher.ts';
import { HttpServer } from './http/http-server.ts';
import { MediaRoute } from './routes/media.ts';
import { MetricsRoute } from './routes/metrics.ts';
import { GraphQLEngine } from '../graphql/engine.ts';
import { Entrance } from '../graphql/entrance.ts';
import { Executor } from '../graphql/executor.ts';
import { ResponseRoom } from '../graphql/response-room.ts';
import { CutConnections } from './connections/cut-connections.ts';
import { isLoopbackName, urlOfListener } from '../settings/addresses/loopback.ts';
import { PageGuard } from './auth/page-guard.ts';
import { Studio, type StudioOptions, type StudioPages } from './routes/studio.ts';
import { Subscriptions } from '../graphql/subscriptions.ts';
import { Readiness } from './routes/health.ts';
import { routeTable } from './routes.ts';
import { BodyRoom } from './body/body-room.ts';
import { Traffic } from './http/traffic.ts';
import { UploadSlots } from './body/upload-slots.ts';
import { Veo31Generate } from './routes/veo31-generate.ts';
import { Veo31Status } from './routes/veo31-status.ts';
import { WebSocketTransport } from './graphql-ws/websocket.ts';
import { createGraphQLHandler } from './graphql-http/yoga.ts';
import type { Store } from '../store/store.ts';
import type { ProviderName } from '../domain/video-task.ts';
import { maxImageBytes } from '../commands/upload-reference-image.ts';
import type { VideoTasks } from '../commands/video-tasks.ts';

/** The modules that the server exposes. They are owned by the caller. */
export interface ServerDependencies {
  readonly store: Store;
  readonly feed: TaskFeed;
  readonly tasks: VideoTasks;
  /** In the operator's order of preference. */
  readonly providers: readonly VideoProvider[];
  readonly health: (provider: ProviderName) => ProviderHealth;
  readonly isKeyRefused: (provider: ProviderName) => boolean;
  /** True if the worker looks for due work. */
  readonly isWorking: () => boolean;
  /** The store of uploads and videos. */
  readonly files: MediaStore;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly now: () => number;
  /** Called after a provider called back: a task is due. */
  readonly onCallback: (provider: ProviderName) => void;
  /** Opens the studio from its sources; without it the built one is served. */
  readonly openStudio?: OpenStudio | undefined;
}

/** Opens the studio before the server listens. */
export type OpenStudio = (options: StudioOptions) => Promise<StudioPages>;

/** The server, listening. */
export interface RunningServer extends AsyncDisposable {
  /** The URL of the server on this machine. */
  readonly url: string;
  /** True if the simulator is the only provider. */
  readonly simulated: boolean;
}

/** The folder into which `npm start` builds the studio. */
const studioDirectory = fileURLToPath(new URL('../../client/dist', import.meta.url));

/**
 * Wires the schema, the transports and the routes, and listens. Resolves when the port is open; rejects when it cannot
 * be. Disposing ends every connection, and resolves when none is left.
 */
export async function startServer(config: Config, deps: ServerDependencies): Promise<RunningServer> {
  const { store, feed, tasks, providers, health, files, metrics, log, now, onCallback } = deps;
  let baseUrl = config.http.publicUrl;
  const basePath = baseUrl === null ? '' : pathOf(baseUrl);
  const services: Services = {
    tasks,
    store,
    providers,
    health,
    isKeyRefused: deps.isKeyRefused,
    mediaUrl: (key) => `${baseUrl}/media/${key}`,
    shareUrl: (key) => `${baseUrl}/v/${key}`,
    mediaRetentionMs: config.media.retentionMs,
  };
  const engine = new GraphQLEngine({
    schema: buildSchema(),
    services,
    log,
    introspection: config.http.introspection,
    maxComplexity: config.limits.complexity,
    slices: feed.slices,
  });
  const entrance = new Entrance();
  const cuts = new CutConnections(metrics, log);
  const traffic = new Traffic(
    {
      bytes: config.limits.waitingBytes,
      bytesPerOwner: config.limits.waitingBytesPerOwner,
      stallMs: config.limits.stallMs,
      slowBodyMs: config.limits.slowBodyMs,
    },
    cuts,
  );
  const room = new ResponseRoom({
    measure: () => traffic.measure(),
    bytes: config.limits.waitingBytes,
    bytesPerOwner: config.limits.waitingBytesPerOwner,
    // By then the connections of stalled readers are closed.
    waitMs: config.limits.stallMs,
  });
  const bodies = new BodyRoom({
    // The other half is for what waits besides.
    bytes: config.limits.waitingBytes / 2,
    bytesPerOwner: config.limits.waitingBytesPerOwner / 2,
    maxBodyBytes: config.limits.bodyBytes,
    waitMs: config.limits.stallMs,
  });
  const executor = new Executor({ engine, entrance, room });
  const subscriptions = new Subscriptions({
    engine,
    entrance,
    streams: new TaskStreams(feed, log),
    store,
    log,
    maxPerOwner: config.limits.subscriptionsPerOwner,
  });
  const { auth } = config;
  const authentication = createAuthentication(
    auth.apiKeys,
    {
      secret: auth.jwtSecret,
      jwksUrl: auth.jwksUrl,
      issuer: auth.jwtIssuer,
      audience: auth.jwtAudience,
    },
    auth.admins ?? new Set(),
  );
  const simulated = providers.every(({ name }) => name === 'SIMULATOR');
  const eventStreams = new EventStreams({
    executor,
    subscriptions,
    cuts,
    keepAliveMs: config.limits.pingMs,
    stallMs: config.limits.stallMs,
  });
  const webSockets = new WebSocketTransport({
    engine,
    entrance,
    executor,
    subscriptions,
    authentication,
    log,
    traffic,
    cuts,
    limits: config.limits,
  });
  metrics.sockets.readFrom(() => [[webSockets.size]]);
  metrics.subscriptions.readFrom(() => subscriptions.countByTransport());
  const guard = new PageGuard({
    authenticated: authentication.required,
    publicUrl: config.http.publicUrl,
    corsOrigins: config.http.corsOrigins,
    host: config.http.host,
    trustProxy: config.http.trustProxy,
  });
  if (
    !authentication.required &&
    config.http.publicUrl !== null &&
    !isLoopbackName(new URL(config.http.publicUrl).hostname)
  ) {
    log.warn(
      'no authentication: only callbacks, media and health checks are open through PUBLIC_URL (API_KEYS)',
    );
  }
  const studioOptions: StudioOptions = {
    directory: studioDirectory,
    basePath,
    asksForKey: authentication.required,
    mediaOrigin: () => new URL(services.mediaUrl('')).origin,
  };
  // Without keys, nothing but the files is open through the public address.
  const isStudioPublic = authentication.required || config.http.publicUrl === null;
  const routes = routeTable({
    webSockets,
    graphql: new GraphQLHttp({
      engine,
      entrance,
      executor,
      yoga: createGraphQLHandler(engine, executor, log),
      eventStreams,
      traffic,
      bodies,
      requests: {
        maxBodyBytes: config.limits.bodyBytes,
        maxUploadBytes: maxImageBytes + config.limits.bodyBytes,
        slots: new UploadSlots({
          total: config.limits.uploadsAtOnce,
          perOwner: config.limits.uploadsAtOncePerOwner,
        }),
        receive: (content) => files.receive(content),
      },
    }),
    graphiql: config.http.introspection ? new GraphiQLPage(simulated) : null,
    veo31Generate: new Veo31Generate({
      tasks,
      feed,
      providers,
      entrance,
      traffic,
      bodies,
      maxBodyBytes: config.limits.bodyBytes,
    }),
    veo31Status: new Veo31Status({
      tasks,
      store: services.store,
      providers,
      entrance,
      mediaUrl: services.mediaUrl,
    }),
    callbacks: new Callbacks({
      store,
      log,
      readers: createCallbackReaders(config.providers.settings),
      onCallback,
      now,
      traffic,
    }),
    media: new MediaRoute(files, store.media, log, traffic),
    downloads: new Downloads({ store, files, traffic, log, now }),
    sharePage: new SharePage({
      media: store.media,
      ...services,
      respondNotFound: notFoundPage(isStudioPublic ? `${basePath}/` : null),
    }),
    respondNotFoundPage: notFoundPage(`${basePath}/`),
    metrics: new MetricsRoute(metrics, config.auth.metricsKey),
    studio: (await deps.openStudio?.(studioOptions)) ?? new Studio(studioOptions),
    readiness: new Readiness(async () => {
      await store.lastRevision();
      if (!feed.isCurrent) throw new Error('Changes cannot be read: subscribers wait');
      await files.checkUsable();
      if (!deps.isWorking()) throw new Error('The worker does not look for due work');
    }, log),
  });
  const { trustProxy } = config.http;
  const dispatcher = new Dispatcher({
    routes,
    guard,
    authentication,
    basePath,
    trustProxy,
    traffic,
    metrics,
    log,
  });
  const http = await HttpServer.listen({
    host: config.http.host,
    port: config.http.port,
    trustProxy,
    log,
    dispatcher,
    traffic,
    streams: [room, bodies, eventStreams, webSockets],
  });
  const url = urlOfListener(config.http.host, http.port);
  baseUrl ??= url;
  return { url, simulated, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() };
}

/** The path of a URL without a slash at its end. */
const pathOf = (url: string): string => new URL(url).pathname.replace(/\/+$/, '');
