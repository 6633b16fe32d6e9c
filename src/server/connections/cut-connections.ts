import type { Logger } from 'pino';
import type { Owner } from '../../domain/video-task.ts';
import { LimitedLog } from '../../metrics/limited-log.ts';
import type { Metrics } from '../../metrics/metrics.ts';

/**
 * The reason why a connection is cut.
 * - `bytes`: too much waits in memory for its owner, or for all
 * - `stalled`: the client reads nothing, or its responses wait behind one that goes on
 * - `slow`: its request does not arrive in time
 */
export type CutReason = 'bytes' | 'stalled' | 'slow';

/** A connection that is cut. */
export interface CutConnection {
  readonly transport: 'http' | 'sse' | 'ws';
  readonly reason: CutReason;
  /** Null until it is known. */
  readonly owner: Owner | null;
  /** The bytes that waited for the client, or of what it did not complete. */
  readonly bytes: number;
}

/**
 * The record of connections that are cut because of limits. A client that does not read cannot be told why: the operator
 * finds it in a line of the log, at most one in ten seconds for each owner and reason, and in a metric.
 */
export class CutConnections {
  readonly #metrics: Metrics;
  readonly #log: LimitedLog;

  constructor(metrics: Metrics, log: Pick<Logger, 'warn'>) {
    this.#metrics = metrics;
    this.#log = new LimitedLog(log);
  }

  /** Records a connection. Called once for each, when the server decides to end it. */
  record({ transport, reason, owner, bytes }: CutConnection): void {
    this.#metrics.connectionsCut.inc({ transport, reason });
    this.#log.warn(`a connection was cut: ${meanings[reason]}`, owner ?? '', () => ({
      owner,
      transport,
      bytes,
    }));
  }
}

const meanings: Readonly<Record<CutReason, string>> = {
  bytes: 'too much waits in memory',
  stalled: 'its responses are not read',
  slow: 'its request does not arrive',
};
