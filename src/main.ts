import { parseArgs } from 'node:util';
import { pino, type Logger } from 'pino';
import { startApp, type App } from './app.ts';
import { ConfigError, describeVariables, readConfig, type Config } from './config.ts';
import { StoreUnavailableError } from './store/sqlite.ts';

/** A stop that takes longer than this is cut: what was answered is durable anyway. */
const longestStopMs = 9500;

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(helpText());
    return;
  }
  try {
    const config = readConfig(process.env);
    const log = createLog(config);
    const app = await startApp(config, log);
    const { url, simulated } = app;
    log.info({ url, graphiql: `${url}/graphql`, simulated }, 'Reelay is listening');
    if (simulated) log.warn('no provider key is set: a simulation answers with sample videos (KIE_API_KEY)');
    stopOnSignal(app, log);
  } catch (error) {
    refuse(error);
  }
}

/** The first signal drains; more of them, as a terminal and npm send together, change nothing. */
function stopOnSignal(app: App, log: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long and was cut');
      process.exit(0);
    }, longestStopMs).unref();
    app[Symbol.asyncDispose]().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** One line for what the operator can mend; the whole error for what he cannot. */
function refuse(error: unknown): void {
  process.exitCode = 1;
  const isPortInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (error instanceof ConfigError || error instanceof StoreUnavailableError) {
    process.stderr.write(`${error.message}\n`);
  } else if (isPortInUse) {
    process.stderr.write('PORT: the port is in use by another process: stop that one, or choose another\n');
  } else {
    throw error;
  }
}

function createLog({ LOG_LEVEL, LOG_PRETTY }: Config): Logger {
  return pino({
    level: LOG_LEVEL,
    ...(LOG_PRETTY && { transport: { target: 'pino-pretty', options: { sync: true } } }),
  });
}

function helpText(): string {
  const rows = describeVariables().map(
    ({ name, fallback, meaning }) => `  ${name}\n      ${meaning}${fallback ? ` [${fallback}]` : ''}\n`,
  );
  return `Reelay: one durable GraphQL API that pushes, in front of video providers.\n\nSettings are environment variables:\n\n${rows.join('')}`;
}
