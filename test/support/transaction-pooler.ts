import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A pooler in transaction mode in front of a PostgreSQL server. */
export interface TransactionPooler extends AsyncDisposable {
  readonly port: number;
  /** Transactions that it has passed. */
  readonly transactions: () => number;
  /** What a client did that is lost with the transaction: settings, session locks, named statements. */
  readonly sessionState: () => readonly string[];
}

/** A connection to the server, which serves one client after another. */
interface ServerLine {
  readonly socket: Socket;
  client: ClientLine | null;
}

interface ClientLine {
  readonly socket: Socket;
  server: ServerLine | null;
  /** Messages that are answered by ReadyForQuery, and have not been. */
  unanswered: number;
  readonly waiting: Buffer[];
}

/** Frontend: https://www.postgresql.org/docs/16/protocol-message-formats.html */
const types = { query: 'Q', parse: 'P', sync: 'S', terminate: 'X', ready: 'Z', error: 'E' } as const;
const isSession = /^\s*set\s+(?!local|transaction)|pg_(?:try_)?advisory_lock|^\s*(?:declare|prepare)\s/i;

/**
 * Starts one with a few connections, each of which serves the transactions of all clients in turn: two transactions of
 * one client are never sure of one connection. As PgBouncer does it with `pool_mode = transaction`.
 *
 * @param listen whether LISTEN is refused with an error, or taken and then never heard of again
 */
export async function startTransactionPooler(
  target: { readonly port: number; readonly user: string; readonly database: string },
  { size = 3, listen = 'lost' }: { size?: number; listen?: 'lost' | 'refused' } = {},
): Promise<TransactionPooler> {
  const sessionState: string[] = [];
  const sockets = new Set<Socket>();
  const idle: ServerLine[] = [];
  const queue: ClientLine[] = [];
  let greeting = Buffer.alloc(0);
  let transactions = 0;

  const release = (line: ServerLine) => {
    const { client } = line;
    line.client = null;
    if (client !== null) client.server = null;
    transactions += 1;
    idle.push(line);
    const next = queue.shift();
    if (next !== undefined) link(next);
  };
  const link = (client: ClientLine) => {
    const line = idle.shift();
    if (line === undefined) {
      queue.push(client);
      return;
    }
    client.server = line;
    line.client = client;
    for (const message of client.waiting.splice(0)) line.socket.write(message);
  };
  const openServer = async () => {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    socket.write(startup({ user: target.user, database: target.database }));
    const line: ServerLine = { socket, client: null };
    const ready = Promise.withResolvers<void>();
    let isReady = false;
    const welcome: Buffer[] = [];
    eachMessage(socket, true, (type, message) => {
      if (!isReady) {
        welcome.push(message);
        if (type !== types.ready) return;
        isReady = true;
        greeting = Buffer.concat(welcome);
        ready.resolve();
        return;
      }
      const { client } = line;
      // A notification for nobody.
      if (client === null) return;
      client.socket.write(message);
      if (type !== types.ready) return;
      client.unanswered -= 1;
      if (message.toString('latin1', 5) === 'I' && client.unanswered === 0) release(line);
    });
    await ready.promise;
    idle.push(line);
  };
  for (let count = 0; count < size; count += 1) await openServer();

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const client: ClientLine = { socket, server: null, unanswered: 0, waiting: [] };
    let isIn = false;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      // In the middle of a transaction the connection is of no more use.
      client.server?.socket.destroy();
      const index = queue.indexOf(client);
      if (index !== -1) queue.splice(index, 1);
    });
    eachMessage(
      socket,
      () => isIn,
      (type, message) => {
        if (!isIn) {
          // A request for encryption is declined, and followed by the startup.
          if (message.readInt32BE(4) === 80_877_103) {
            socket.write('N');
            return;
          }
          isIn = true;
          socket.write(greeting);
          return;
        }
        if (type === types.terminate) {
          socket.end();
          return;
        }
        const text = type === types.query ? message.toString('utf8', 5, message.length - 1) : '';
        const [name = '', parsed = ''] = type === types.parse ? message.toString('utf8', 5).split('\0') : [];
        if (name !== '') sessionState.push(`prepared ${name}`);
        if (isSession.test(text) || isSession.test(parsed)) sessionState.push(text || parsed);
        if (listen === 'refused' && /^\s*listen/i.test(text) && client.server === null) {
          socket.write(
            Buffer.concat([refusal('LISTEN is not supported'), Buffer.from('Z\0\0\0\x05I', 'latin1')]),
          );
          return;
        }
        if (type === types.query || type === types.sync) client.unanswered += 1;
        if (client.server !== null) client.server.socket.write(message);
        else {
          client.waiting.push(message);
          if (client.waiting.length === 1) link(client);
        }
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    transactions: () => transactions,
    sessionState: () => sessionState,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Calls with each whole message of a socket. Without a type byte the first ones of a client. */
function eachMessage(
  socket: Socket,
  isTyped: boolean | (() => boolean),
  take: (type: string, message: Buffer) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const typeBytes = (typeof isTyped === 'boolean' ? isTyped : isTyped()) ? 1 : 0;
      if (rest.length < typeBytes + 4) return;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      take(typeBytes === 1 ? String.fromCodePoint(message[0] ?? 0) : '', message);
    }
  });
}

function startup(parameters: Record<string, string>): Buffer {
  const text = Object.entries(parameters).flatMap(([name, value]) => [name, value]);
  const body = Buffer.from(`${text.join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

function refusal(text: string): Buffer {
  const body = Buffer.from(`SERROR\0VERROR\0C0A000\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write(types.error, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
