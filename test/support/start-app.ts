import { pino, type Logger } from 'pino';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A whole server in this process, on a free port and a folder of its own. */
export interface TestApp extends AsyncDisposable {
  readonly url: string;
  /** Sends an operation; fails on GraphQL errors. */
  query<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
}

/** Starts it with settings of the environment; asks the simulator often, so that tests are short. */
export async function startTestApp(
  env: Record<string, string> = {},
  log: Logger = pino({ level: env['LOG_LEVEL'] ?? 'silent' }),
): Promise<TestApp> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const config = readConfig({
    PORT: '0',
    DATA_DIR: folder.path,
    SIMULATOR_DURATION_MS: '100',
    KIE_POLL_INTERVAL_MS: '50',
    KIE_CATALOG_REFRESH: 'false',
    ...env,
  });
  const app = stack.use(await startApp(config, log));
  const running = stack.move();
  return {
    url: app.url,
    query: (query, variables) => queryAt(app.url, query, variables),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Sends an operation to a server, as the owner of an API key if one is given; fails on GraphQL errors. */
export async function queryAt<T>(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  key?: string,
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** Takes a new video and answers its id; fails on userErrors. */
export async function generateAt(url: string, input: Record<string, unknown>): Promise<string> {
  const { generateVideo } = await queryAt<{
    generateVideo: { task: { id: string } | null; userErrors: unknown[] };
  }>(
    url,
    'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } userErrors { code message field } } }',
    { input },
  );
  if (generateVideo.task === null) throw new Error(JSON.stringify(generateVideo.userErrors));
  return generateVideo.task.id;
}
