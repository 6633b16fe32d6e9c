import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogConfig } from './config/log.ts';

/** Media keys and callback tokens in URLs and file paths: their holder may see the video, or call back. */
const secrets = /(\/media\/)[\w-]{22}(?=\.)|(\/callbacks\/[a-z]+\/)[\w-]+|("callbackToken":")[^"]+/g;

/** One line for each event; below an error, its stack. */
const prettyOptions = { sync: true, singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' };

/**
 * The log, one JSON object a line unless it is pretty.
 *
 * Media keys and callback tokens are masked in every line: errors of the file system and of requests name paths.
 *
 * @param destination where lines go; standard output by default
 */
export function createLog(
  { level, pretty }: { readonly level: LogConfig['level']; readonly pretty: boolean },
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    hooks: { streamWrite: (line: string) => line.replace(secrets, '$1$2$3…') },
    ...(pretty && { transport: { target: 'pino-pretty', options: prettyOptions } }),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The longest wait for a reader of the log at the end, in milliseconds. */
const longestFlushMs = 1000;

/**
 * Writes the last line and resolves when it is written, or cannot be. The process may exit then. At an exit pino writes
 * what is left itself, and where the reader of the log is gone it tries again for ever.
 */
export async function logLast(log: Logger, line: string): Promise<void> {
  const streams = log as unknown as Readonly<Record<symbol, ReturnType<typeof pino.destination> | undefined>>;
  const stream = streams[pino.symbols.streamSym];
  // Pretty lines are written by another thread, which pino waits for.
  if (stream === undefined || !('fd' in stream)) {
    log.info(line);
    return;
  }
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, longestFlushMs);
  stream.once('drain', over.resolve).once('error', () => over.resolve());
  log.info(line);
  await over.promise;
  clearTimeout(timer);
  stream.flushSync = () => {};
}
