import { Client, DatabaseError, Pool, types, type ClientConfig, type PoolClient } from 'pg';
import { StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/**
 * Connections of one instance. Ten instances and their listeners fit into the 100 of a server that is set up as it
 * comes; more do not make one instance faster, since all writes wait for the counter of revisions.
 */
const mostConnections = 8;
/** The time for making a connection, in milliseconds. */
const connectTimeoutMs = 5000;
/** The time for a statement, in milliseconds; after it the connection is given up, as nobody knows what it still does. */
const queryTimeoutMs = 10_000;

/** Numbers that are too large for 32 bits come as text: of all that is stored and summed here, a double holds each. */
const numbers: ReadonlySet<number> = new Set([types.builtins.INT8, types.builtins.NUMERIC]);

/** Binary results are never requested. */
function parserOf(oid: number, format?: unknown): (value: string) => unknown;
function parserOf(oid: number): (value: string) => unknown {
  return numbers.has(oid) ? Number : (types.getTypeParser(oid, 'text') as (value: string) => unknown);
}

/** The settings of a client, whatever it is for. */
export const clientConfig = (url: string): ClientConfig => ({
  connectionString: url,
  application_name: 'reelay',
  connectionTimeoutMillis: connectTimeoutMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: { getTypeParser: parserOf },
});

/**
 * The connections of a store, as Kysely takes them.
 *
 * A connection that failed other than by an error of the database (cut, silent for too long), or that leads to a server
 * that only reads, is given up. Losing one is no event by itself: the query that runs on it reports it, and the next one
 * gets a new connection.
 */
export class Connections implements PostgresPool {
  readonly #pool: Pool;
  readonly #clients = new Set<PoolClient>();
  /** Of the pool's own queue, the time to connect would be the limit: under load a request would fail for waiting. */
  readonly #slots: ReturnType<typeof slotsOf>;

  /** @param mostClients the largest number of connections */
  constructor(url: string, { mostClients = mostConnections, timeoutMs = queryTimeoutMs } = {}) {
    this.#slots = slotsOf(mostClients);
    this.#pool = new Pool({
      ...clientConfig(url),
      max: mostClients,
      // A query that is sent while another is under way follows it at once.
      pipeline: true,
      ...(timeoutMs > 0 && { query_timeout: timeoutMs }),
    });
    // Without a listener the loss of an idle connection would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
      this.#clients.add(client);
    });
    this.#pool.on('remove', (client) => void this.#clients.delete(client));
  }

  /** @throws StoreUnavailableError; StoreRefusedError where user, password or database are wrong */
  async connect(): Promise<BorrowedClient> {
    await this.#slots.take();
    try {
      return new BorrowedClient(await this.#pool.connect(), () => this.#slots.free());
    } catch (cause) {
      this.#slots.free();
      throw unreachable(cause);
    }
  }

  /** Gives up every connection: what is under way on it fails. */
  abandon(): void {
    for (const { connection } of this.#clients) connection.stream.destroy();
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  get options(): object {
    return this.#pool.options;
  }

  readonly Client = Client;
}

/** The reason for which a connection was not made or was lost, in a few words and without the address. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof DatabaseError || code === undefined ? error.message : code;
}

/** What PostgreSQL says to a wrong user, a wrong password, and the name of a database that does not exist. */
const refusals: ReadonlySet<string | undefined> = new Set(['28000', '28P01', '3D000']);

/**
 * True if the server does not write: since a failover the address may lead to another one, which only a new connection
 * finds. A replica cannot name a transaction either, and has no code for that.
 */
const isOfReader = ({ code, message }: DatabaseError): boolean =>
  code === '25006' || (code === 'XX000' && message.includes('during recovery'));

function unreachable(cause: unknown): StoreUnavailableError {
  const isRefused =
    cause instanceof DatabaseError
      ? refusals.has(cause.code)
      : // The client's own words where a password is demanded and there is none, or the server cannot prove that it knows it.
        cause instanceof Error && cause.message.startsWith('SASL');
  return isRefused
    ? new StoreRefusedError(`The database refuses this server: ${reasonOf(cause)}`, { cause })
    : new StoreUnavailableError(`The database cannot be used now: ${reasonOf(cause)}`, { cause });
}

/** Slots that are taken in the order of the requests. */
function slotsOf(count: number) {
  const waiting: (() => void)[] = [];
  let left = count;
  return {
    take: async () => {
      if (left > 0) left -= 1;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
    },
    free: () => {
      const next = waiting.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
}

/** A connection until it is released. Queries may be sent while others are under way; they run in their order. */
export class BorrowedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #onRelease: () => void;
  #isBroken = false;

  constructor(client: PoolClient, onRelease: () => void) {
    this.#client = client;
    this.#onRelease = onRelease;
  }

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query(): never;
  async query(sql?: string, parameters: readonly unknown[] = []): Promise<unknown> {
    if (sql === undefined) throw new Error('Cursors are not used');
    try {
      // Without parameters the simple protocol is used, which takes several statements at once.
      return parameters.length === 0
        ? await this.#client.query(sql)
        : await this.#client.query(sql, parameters.map(storable));
    } catch (error) {
      if (error instanceof DatabaseError && error.severity !== 'FATAL' && !isOfReader(error)) throw error;
      this.#isBroken = true;
      throw unreachable(error);
    }
  }

  /** Sends the queries that `send` makes as one message. */
  inOneMessage<Value>(send: () => Value): Value {
    const { stream } = this.#client.connection;
    stream.cork();
    try {
      return send();
    } finally {
      stream.uncork();
    }
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isBroken);
    this.#onRelease();
  }
}

/** PostgreSQL stores no NUL in a text. What providers and callers send may have one: it is shown as unreadable. */
export const storable = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
