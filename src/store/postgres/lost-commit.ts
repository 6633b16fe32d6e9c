import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import { DeadlineSignal } from '../../time/deadline.ts';
import type { PipelinedClient } from './joint-transaction.ts';

/** The pause between two questions, in milliseconds. */
const retryMs = 200;

/** Asks for a `TransactionName`; gives the transaction an id, also where it writes nothing. */
export const askName = 'select pg_current_xact_id()::text as id, pg_postmaster_start_time()::text as server';

/** A transaction, as the server knows it. */
export interface TransactionName {
  readonly id: string;
  /** When the server was started: after a crash it may give ids again that it gave before. */
  readonly server: string;
}

/** The end of a transaction whose connection was lost during the commit. */
export type Fate =
  | 'committed'
  | 'undone'
  /** It has ended, and the server was started again and cannot say how. */
  | 'forgotten'
  /** The server could not be asked in time. */
  | 'unknown';

type Connect = () => Promise<PipelinedClient & { release(): void }>;

/** Asks the server by other connections, again and again for so long. Never rejects. */
export async function fateOf(connect: Connect, name: TransactionName, withinMs: number): Promise<Fate> {
  using deadline = new DeadlineSignal(withinMs);
  const { signal } = deadline;
  const passed = Promise.withResolvers<null>();
  signal.addEventListener('abort', () => passed.resolve(null), { once: true });
  while (!signal.aborted) {
    // A connection that is silent is given up by its owner.
    const fate = await Promise.race([askFate(connect, name).catch(() => null), passed.promise]);
    if (fate !== null) return fate;
    await pause(retryMs, undefined, { signal }).catch(() => undefined);
  }
  return 'unknown';
}

/** Null while it has not ended. */
async function askFate(connect: Connect, { id, server }: TransactionName): Promise<Fate | null> {
  const client = await connect();
  try {
    const { rows } = await client.query(
      'select pg_xact_status($1::xid8) as status, pg_postmaster_start_time()::text as server',
      [id],
    );
    const [row] = rows as { readonly status: string | null; readonly server: string }[];
    if (row?.status === 'aborted') return 'undone';
    if (row?.server !== server || row.status === null) return 'forgotten';
    return row.status === 'committed' ? 'committed' : null;
  } catch (error) {
    // An id that was not given yet: a crash has taken the transaction along.
    if (error instanceof DatabaseError && error.code === '22023') return 'undone';
    throw error;
  } finally {
    client.release();
  }
}
