import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Owner } from '../../domain/video-task.ts';
import { ResponseRoom } from '../../graphql/response-room.ts';
import type { MaybePromise } from '../../store/store.ts';
import { tooMuchWaits, type RequestRefusal } from '../http/refusal.ts';

/** Shorter bodies, as nearly all are, need no room. */
const smallBytes = 16_384;

/** Limits of the bodies that are in memory. */
export interface BodyRoomOptions {
  readonly bytes: number;
  readonly bytesPerOwner: number;
  /** The longest that a body is assumed to have when its request does not say. */
  readonly maxBodyBytes: number;
  /** The longest wait for room, in milliseconds. */
  readonly waitMs: number;
}

/**
 * The room for bodies of requests from their first byte until they are parsed. A body for which there is none is not
 * read: its client waits, and 128 KB of it are in memory at most. Owners take turns.
 *
 * Owns a timer while bodies wait.
 */
export class BodyRoom implements Disposable {
  readonly #room: ResponseRoom;
  readonly #maxBodyBytes: number;

  constructor({ bytes, bytesPerOwner, maxBodyBytes, waitMs }: BodyRoomOptions) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#room = new ResponseRoom({
      measure: () => ({ total: 0, of: () => 0 }),
      bytes,
      bytesPerOwner,
      waitMs,
      // Each is a connection, which has its own limits.
      mostWaiting: Number.POSITIVE_INFINITY,
      mostWaitingOfAll: Number.POSITIVE_INFINITY,
    });
  }

  /** True if the body of a request needs no room. */
  isSmall(request: IncomingMessage): boolean {
    return this.#bytesOf(request) <= smallBytes;
  }

  /** Takes room for a body. Resolves to what returns the room, at most once, or to the reason why it is not read. */
  enter(
    owner: Owner,
    request: IncomingMessage,
    response: ServerResponse,
  ): MaybePromise<Disposable | RequestRefusal> {
    const bytes = this.#bytesOf(request);
    const entering = this.#room.enter(owner, bytes, response);
    if (entering === null) return this.#taken(owner, bytes);
    return entering.then((isAdmitted) => (isAdmitted ? this.#taken(owner, bytes) : tooMuchWaits(true)));
  }

  /** Lets nothing that waits be read. */
  [Symbol.dispose](): void {
    this.#room[Symbol.dispose]();
  }

  #bytesOf({ headers }: IncomingMessage): number {
    const length = headers['content-length'];
    if (length !== undefined) return Math.min(Number(length), this.#maxBodyBytes);
    return headers['transfer-encoding'] === undefined ? 0 : this.#maxBodyBytes;
  }

  #taken(owner: Owner, bytes: number): Disposable {
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#room.clear(owner, bytes);
        isTaken = false;
      },
    };
  }
}
