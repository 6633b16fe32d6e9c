import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { ConfigError } from './settings/config-error.ts';
import { describeVariables, findIgnoredSettings, readConfig } from './config/config.ts';
import { findSettingsWithoutEffect } from './config/without-effect.ts';
import { readSettingsFile } from './config/settings-file.ts';
import { createLog, logLast } from './log.ts';
import type { OpenStudio } from './server/start-server.ts';
import { credentialVariables } from './providers/registry.ts';
import { startWithDatabase } from './start-with-database.ts';
import { Lifetime } from './time/lifetime.ts';
import { StoreUnavailableError } from './store/errors.ts';

/** A stop that takes longer than this is cut short: what was answered is durable anyway. In milliseconds. */
const longestStopMs = 9500;

/**
 * Runs the server until `stop` resolves, which may be during the start.
 *
 * @param parts in development, what serves the studio from its sources
 * @returns the exit code: 0 after a stop, 1 when it could not start
 */
export async function serve(
  args: readonly string[],
  stop: Promise<NodeJS.Signals>,
  parts: { openStudio?: OpenStudio } = {},
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        settings: { type: 'string' },
      },
    });
    if (values.version) {
      process.stdout.write(`${await readVersion()}\n`);
      return 0;
    }
    if (values.help) {
      process.stdout.write(helpText());
      return 0;
    }
    if (values.settings !== undefined) loadSettings(values.settings);
    const config = readConfig(process.env);
    const isForPeople = config.log.pretty ?? process.stdout.isTTY;
    const log = createLog({ ...config.log, pretty: isForPeople });
    for (const { variable, nearest } of findIgnoredSettings(process.env)) {
      log.warn({ variable, nearest }, 'unknown setting: it has no effect. Is the nearest one meant?');
    }
    for (const { variable, reason } of findSettingsWithoutEffect(process.env, config)) {
      log.warn({ variable, reason }, 'the setting has no effect');
    }
    const app = new Lifetime((signal) => startWithDatabase(config, log, { ...parts, signal }));
    const started = await Promise.race([app.opened(), stop.then(() => null)]);
    if (started !== null) {
      const { url, simulated } = started;
      if (isForPeople) log.info(listeningLine(url, simulated));
      else log.info({ url, graphiql: `${url}/graphql`, simulated }, 'Reelay is listening');
      if (simulated && !isForPeople)
        log.warn(
          { set: credentialVariables },
          'no provider has credentials: a simulation makes sample videos',
        );
    }
    log.info({ signal: await stop }, 'stopping');
    return await drain(app, log);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}

const listeningLine = (url: string, simulated: boolean): string =>
  `Reelay is listening: ${url}${simulated ? ' (simulation: set KIE_API_KEY for real videos)' : ''}`;

/** The version of this package. */
async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/**
 * Adds the settings of a file to the environment, if there is one; what is set already stays.
 *
 * @throws ConfigError for a file that cannot be read, and for wrong lines
 */
function loadSettings(file: string): void {
  for (const [name, value] of readSettingsFile(file) ?? []) process.env[name] ??= value;
}

async function drain(app: AsyncDisposable, log: Logger): Promise<number> {
  const cut = Promise.withResolvers<number>();
  const timer = setTimeout(() => {
    log.error('the stop took too long and was cut');
    cut.resolve(0);
  }, longestStopMs);
  const stopped = app[Symbol.asyncDispose]().then(
    () => 0,
    (error: unknown) => {
      log.error({ err: error }, 'the stop failed');
      return 1;
    },
  );
  const code = await Promise.race([stopped, cut.promise]);
  clearTimeout(timer);
  await logLast(log, 'stopped');
  return code;
}

/** One line for faults that the operator can fix; the whole error for others. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  if (error instanceof StoreUnavailableError) return `DATABASE_URL: ${error.message}`;
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  if (code?.startsWith('ERR_PARSE_ARGS'))
    return `${error.message}. The options are --help, --version and --settings FILE.`;
  if (syscall === 'listen' && code === 'EADDRINUSE') {
    return `PORT: ${port} is in use by another process: stop that one, or choose another`;
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return `PORT: this user may not open ${port}: choose one above 1023`;
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return `HOST: cannot listen on ${address ?? 'it'} (${code}): use an address of this machine`;
  }
  return error.stack ?? error.message;
}

function helpText(): string {
  const rows = describeVariables().map(
    ({ variable, fallback, meaning }) =>
      `  ${variable}\n      ${meaning}${fallback ? ` [${fallback}]` : ''}\n`,
  );
  return `Reelay: one durable GraphQL API that pushes, in front of video providers.\n\nSettings are environment variables:\n\n${rows.join('')}`;
}
