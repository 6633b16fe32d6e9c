import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogConfig } from './config/log.ts';

/** Media keys and callback tokens in URLs and file paths: their holder may see the video, or call back. */
const secrets = /(\/media\/)[\w-]{22}(?=\.)|(\/callbacks\/[a-z]+\/)[\w-]+|("callbackToken":")[^"]+/g;

/**
 * The log, one JSON object a line unless it is pretty.
 *
 * Media keys and callback tokens are masked in every line: errors of the file system and of requests name paths.
 *
 * @param destination where lines go; standard output by default
 */
export function createLog({ level, pretty }: LogConfig, destination?: DestinationStream): Logger {
  const options = {
    level,
    hooks: { streamWrite: (line: string) => line.replace(secrets, '$1$2$3…') },
    ...(pretty && { transport: { target: 'pino-pretty', options: { sync: true } } }),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
