import { join } from 'node:path';
import type { Logger } from 'pino';
import { isLoopback, type Config } from './config.ts';
import { TaskFeed } from './events/feed.ts';
import { TaskStreams } from './events/task-stream.ts';
import { Archive } from './media/archive.ts';
import { MediaFiles } from './media/media-files.ts';
import { createKieProvider } from './providers/kie/kie-provider.ts';
import type { VideoProvider } from './providers/provider.ts';
import { simulatorModels } from './providers/simulator/models.ts';
import { startSimulator } from './providers/simulator/simulator.ts';
import type { Services } from './schema/context.ts';
import { buildSchema } from './schema/schema.ts';
import { createAuthentication } from './server/authentication.ts';
import { EventStreams } from './server/event-stream.ts';
import { GraphiQLPage } from './server/graphiql.ts';
import { GraphQLHttp } from './server/graphql-http.ts';
import { HttpServer } from './server/http.ts';
import { Operations } from './server/operations.ts';
import { PageGuard } from './server/page-guard.ts';
import { Subscriptions } from './server/subscriptions.ts';
import { WebSocketTransport } from './server/websocket.ts';
import { createGraphQLHandler } from './server/yoga.ts';
import { openSqliteStore } from './store/sqlite.ts';
import { readPromptFrames } from './tasks/prompt-frames.ts';
import { Recorder } from './tasks/recorder.ts';
import { VideoTasks } from './tasks/video-tasks.ts';
import { Poller } from './worker/poller.ts';

/** The built-in simulator is on this machine: asking it more often than Kie costs nobody anything. */
const simulatorPollIntervalMs = 1000;
/** Requests to one provider at once: at 0.3 s each this checks 3,000 tasks in a Kie interval. */
const providerConcurrency = 100;
/** Paid requests that are under way at shutdown get this long; the whole stop takes at most 10 s. */
const submitDrainMs = 5000;

/** The running server. */
export interface App extends AsyncDisposable {
  /** Where it listens, for people on this machine. */
  readonly url: string;
  readonly simulated: boolean;
}

/**
 * Wires the rooms and starts them. Whatever was started is disposed of in reverse order, also when a later
 * part fails to start.
 */
export async function startApp(config: Config, log: Logger): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const now = Date.now;

  const store = stack.use(await openSqliteStore(config.DATABASE_URL));
  const feed = stack.use(await TaskFeed.open(store, log));
  const files = await MediaFiles.open(join(config.DATA_DIR, 'media'));
  const { providers, simulatorHost } = await startProviders(config, stack);
  const archive = stack.use(
    new Archive({
      files,
      allowHosts: [...config.FETCH_ALLOW_HOSTS, ...(simulatorHost === null ? [] : [simulatorHost])],
      timeoutMs: config.PROVIDER_TIMEOUT_MS,
      now,
    }),
  );

  const recorder = new Recorder(store, log, now);
  const pollers = providers.map((provider) =>
    stack.use(
      new Poller({
        store,
        recorder,
        provider,
        archive,
        log,
        now,
        random: Math.random,
        patienceMs: config.PATIENCE_MS,
        leaseMs: config.LEASE_MS,
        concurrency: providerConcurrency,
        drainMs: submitDrainMs,
        callbackUrl: () => null,
      }),
    ),
  );
  const tasks = new VideoTasks({
    store,
    recorder,
    providers,
    promptFrames: readPromptFrames(),
    wakeWorker: () => {
      for (const poller of pollers) poller.wake();
    },
    now,
  });

  let baseUrl = config.PUBLIC_URL;
  const services: Services = {
    tasks,
    store,
    providers,
    mediaUrl: (key) => `${baseUrl}/media/${key}`,
    now,
  };
  const operations = new Operations({
    schema: buildSchema(),
    services,
    log,
    introspection: config.INTROSPECTION,
  });
  const subscriptions = new Subscriptions({
    operations,
    streams: new TaskStreams(feed, log),
    store,
    log,
    maxPerOwner: config.LIMIT_SUBSCRIPTIONS_PER_OWNER,
  });
  const authentication = createAuthentication(config.API_KEYS, {
    secret: config.JWT_SECRET,
    jwksUrl: config.JWT_JWKS_URL,
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
  });
  const simulated = providers.every(({ name }) => name === 'SIMULATOR');
  const eventStreams = new EventStreams({ operations, subscriptions, stallMs: config.LIMIT_STALLED_MS });
  const webSockets = new WebSocketTransport({
    operations,
    subscriptions,
    authentication,
    log,
    limits: {
      socketsPerOwner: config.LIMIT_SOCKETS_PER_OWNER,
      operationsPerSocket: config.LIMIT_OPERATIONS_PER_SOCKET,
      messageBytes: config.LIMIT_MESSAGE_BYTES,
      stallMs: config.LIMIT_STALLED_MS,
    },
  });
  const guard = new PageGuard({
    authenticated: authentication.required,
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    listensOnLoopback: isLoopback(config.HOST),
  });
  const http = stack.use(
    await HttpServer.listen({
      host: config.HOST,
      port: config.PORT,
      log,
      guard,
      graphql: new GraphQLHttp({
        guard,
        authentication,
        operations,
        yoga: createGraphQLHandler(operations, log, config.LIMIT_BODY_BYTES),
        eventStreams,
        graphiql: config.INTROSPECTION ? new GraphiQLPage(simulated) : null,
        maxBodyBytes: config.LIMIT_BODY_BYTES,
      }),
      eventStreams,
      webSockets,
      mediaDirectory: files.directory,
      simulated,
      checkReady: async () => void (await store.lastRevision()),
    }),
  );
  baseUrl ??= `http://127.0.0.1:${http.port}`;
  for (const poller of pollers) poller.start();

  const running = stack.move();
  return {
    url: `http://127.0.0.1:${http.port}`,
    simulated,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The providers in the operator's order, and where the built-in simulator listens, if it does. */
async function startProviders(
  config: Config,
  stack: AsyncDisposableStack,
): Promise<{ providers: VideoProvider[]; simulatorHost: string | null }> {
  const providers: VideoProvider[] = [];
  let simulatorHost: string | null = null;
  for (const name of config.PROVIDERS) {
    if (name === 'simulator') {
      const simulator = stack.use(await startSimulator({ durationMs: config.SIMULATOR_DURATION_MS }));
      simulatorHost = new URL(simulator.url).host;
      providers.push(
        createKieProvider({
          name: 'SIMULATOR',
          label: 'the simulator',
          apiKey: 'simulation',
          baseUrl: simulator.url,
          uploadUrl: simulator.url,
          contract: config.KIE_CONTRACT,
          pollIntervalMs: Math.min(simulatorPollIntervalMs, config.KIE_POLL_INTERVAL_MS),
          createsPer10s: 0,
          timeoutMs: config.PROVIDER_TIMEOUT_MS,
          models: simulatorModels(config.SIMULATOR_DURATION_MS),
        }),
      );
    } else if (name === 'kie') {
      providers.push(
        createKieProvider({
          name: 'KIE',
          label: 'Kie.ai',
          apiKey: config.KIE_API_KEY ?? '',
          baseUrl: config.KIE_BASE_URL,
          uploadUrl: config.KIE_UPLOAD_URL,
          contract: config.KIE_CONTRACT,
          pollIntervalMs: config.KIE_POLL_INTERVAL_MS,
          createsPer10s: config.KIE_CREATES_PER_10S,
          timeoutMs: config.PROVIDER_TIMEOUT_MS,
        }),
      );
    }
  }
  for (const provider of providers) stack.use(provider);
  return { providers, simulatorHost };
}
