import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Behaviours } from './switches.ts';
import type { Ledger } from './stats.ts';
import type { Timers } from './timers.ts';
import type { Samples } from './samples.ts';

/** A running simulator, as every wire that it speaks shares it. */
export interface World {
  readonly url: string;
  readonly now: () => number;
  readonly durationMs: number;
  readonly ledger: Ledger;
  readonly timers: Timers;
  readonly samples: Samples;
  /** Process-wide switches; may be changed through the control routes. */
  behaviours: Behaviours;
  outageUntil: number;
  /** Aborted when the simulator is disposed. */
  readonly signal: AbortSignal;
}

/** One request, with the behaviours of its `x-simulator` header. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly header: Behaviours;
}

/** A provider's wire: answers the requests to its paths. */
export interface Wire {
  /** @returns false for a path that is not of this wire; nothing was written then */
  answer(asked: Asked, response: ServerResponse): Promise<boolean>;
}
