import { Connection } from './connection.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { exitCodes, Failure } from './failure.ts';
import { Output } from './output.ts';
import { Server } from './server.ts';

/** Options that every command takes. */
export interface SharedOptions {
  readonly server?: string | undefined;
  readonly json?: boolean | undefined;
  readonly reconnect: number;
}

/** What every command works with. */
export interface Session extends AsyncDisposable {
  readonly environment: Environment;
  readonly output: Output;
  readonly server: Server;
  readonly signal: AbortSignal;
  /** Takes over the sentences about the connection while something is drawn. */
  speakBy(note: (text: string) => void): void;
  /** A command as the person would type it, for the server of this one. */
  typed(command: string): string;
}

/** Reads the settings; the connection is made with the first operation. */
export function openSession(options: SharedOptions, signal: AbortSignal): Session {
  const output = new Output(options.json === true);
  const read = readEnvironment(process.env);
  const environment = { ...read, url: addressOf(options.server ?? read.url) };
  let note = (text: string) => output.note(text);
  const connection = new Connection({
    ...environment,
    patienceMs: options.reconnect * 1000,
    signal,
    onChange: (state) =>
      note(state === 'lost' ? 'The connection is lost. Trying again …' : 'Connected again.'),
  });
  const server = options.server === undefined ? '' : ` --server ${environment.url}`;
  return {
    environment,
    output,
    server: new Server(connection),
    signal,
    speakBy: (speak) => {
      note = speak;
    },
    typed: (command) => `npm run -s reelay -- ${command}${server}`,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Failure(
      exitCodes.refused,
      'BAD_INPUT',
      `The address of the server starts with http:// or https://, unlike "${text}".`,
      { field: ['--server'] },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure(
      exitCodes.refused,
      'BAD_INPUT',
      'The key belongs into REELAY_API_KEY, not into the address.',
      {
        field: ['--server'],
      },
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
