import { Connection } from './connection.ts';
import { programCommand, readEnvironment, type Environment } from './environment.ts';
import { exitCodes, Failure } from './failure.ts';
import { Output } from './output.ts';
import { Server } from './server.ts';

/** Options of every command. */
export interface SharedOptions {
  readonly server?: string | undefined;
  readonly json?: boolean | undefined;
  readonly reconnect: number;
}

/** Everything that a command works with. */
export interface Session extends AsyncDisposable {
  readonly environment: Environment;
  readonly output: Output;
  readonly server: Server;
  readonly signal: AbortSignal;
  /** Redirects messages about the connection, while a progress bar is drawn. */
  redirectNotes(note: (text: string) => void): void;
  /** A command line to type, for the server of this session. */
  commandLine(command: string): string;
}

/** Opens a session. The connection is made with the first operation. */
export function openSession(options: SharedOptions, signal: AbortSignal): Session {
  const output = new Output(options.json === true);
  const read = readEnvironment(process.env);
  const environment = { ...read, url: serverUrl(options.server ?? read.url) };
  let note = (text: string) => output.note(text);
  const connection = new Connection({
    ...environment,
    patienceMs: options.reconnect * 1000,
    signal,
    onChange: (state) => note(state === 'lost' ? 'The connection is lost. Retrying …' : 'Connected again.'),
  });
  const server = options.server === undefined ? '' : ` --server ${environment.url}`;
  return {
    environment,
    output,
    server: new Server(connection),
    signal,
    redirectNotes: (next) => {
      note = next;
    },
    commandLine: (command) => `${programCommand} ${command}${server}`,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Failure(
      exitCodes.refused,
      'BAD_INPUT',
      `The URL of the server must start with http:// or https:// (got "${text}").`,
      { field: ['--server'] },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure(exitCodes.refused, 'BAD_INPUT', 'Put the key into REELAY_API_KEY, not into the URL.', {
      field: ['--server'],
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
