import { join } from 'node:path';
import { startBalancer } from './balancer.ts';
import { freePort } from './free-port.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { startProgram, startServer, type Program } from './processes.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** One server of a cluster. */
export interface ClusterInstance {
  /** The same at each start. */
  readonly url: string;
  /** The process that runs now. */
  readonly program: () => Program;
  /** Starts it again after its end. */
  readonly start: () => Promise<void>;
  /** Its wire to the database. */
  readonly wire: TcpProxy;
}

/** Several servers on one PostgreSQL, behind a balancer: the layout of compose.yaml, as processes. */
export interface Cluster extends AsyncDisposable {
  /** The address of the balancer. */
  readonly url: string;
  readonly postgres: TestPostgres;
  readonly instances: readonly ClusterInstance[];
}

const database = 'reelay';

const startOnFullDisk = (settings: Record<string, string>): Promise<Program> =>
  startProgram(
    [
      'unshare',
      '-m',
      'bash',
      '-c',
      'mkdir -p "$FULL" && mount -t tmpfs -o size=8k none "$FULL" && exec node src/main.ts',
    ],
    { ...settings, FULL: settings['MEDIA_STORE']?.slice('file:'.length) ?? '' },
  );

/** Starts one. All servers have the same settings, and see one folder of videos. */
export async function startCluster({
  count = 3,
  env = {},
  port = 0,
  isFirstDiskFull = false,
}: {
  count?: number;
  env?: Record<string, string>;
  port?: number;
  /** The first instance sees a folder of videos of its own that holds none; needs root. */
  isFirstDiskFull?: boolean;
} = {}): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const postgres = stack.use(await startPostgres({ durable: true }));
  await postgres.create(database);
  const instances: ClusterInstance[] = [];
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
  for (const [index, own] of ports.entries()) {
    const wire = stack.use(await startTcpProxy(`http://127.0.0.1:${postgres.port}`));
    const settings = {
      DATABASE_URL: postgres.urlOf(database).replace(`:${postgres.port}`, `:${new URL(wire.url).port}`),
      DATA_DIR: folder.path,
      MEDIA_STORE: `file:${join(folder.path, 'media')}`,
      MEDIA_SHARED: 'true',
      ...env,
      PORT: String(own),
    };
    let program: Program | null = null;
    const start = async () => {
      program = await (index === 0 && isFirstDiskFull ? startOnFullDisk(settings) : startServer(settings));
    };
    stack.defer(async () => program?.[Symbol.asyncDispose]());
    instances.push({
      url: `http://127.0.0.1:${own}`,
      wire,
      start,
      program: () => {
        if (program === null) throw new Error('It was never started');
        return program;
      },
    });
  }
  await Promise.all(instances.map((instance) => instance.start()));
  const balancer = stack.use(
    await startBalancer(
      instances.map(({ url }) => url),
      port,
    ),
  );
  const started = stack.move();
  return { url: balancer.url, postgres, instances, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
