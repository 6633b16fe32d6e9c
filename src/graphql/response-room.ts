import type { Owner } from '../domain/video-task.ts';
import { Deadline } from '../time/deadline.ts';

/** What waits in memory for clients, in bytes. */
export interface UnreadBytes {
  readonly total: number;
  of(owner: Owner): number;
}

/** Limits of the responses that wait for their clients. */
export interface ResponseRoomOptions {
  /** What waits now. Looks at all connections: asked at most once in `measuredMs`. */
  readonly measure: () => UnreadBytes;
  readonly bytes: number;
  readonly bytesPerOwner: number;
  /** The longest wait for room, in milliseconds. */
  readonly waitMs: number;
  /** Those of one owner, and of all, that may wait. */
  readonly mostWaiting?: number;
  readonly mostWaitingOfAll?: number;
}

/** Whether a client still waits for its response. */
export interface Caller {
  readonly destroyed: boolean;
}

interface Waiting {
  readonly caller: Caller;
  readonly bytes: number;
  readonly since: number;
  readonly resolve: (isAdmitted: boolean) => void;
}

/** For so long a measurement holds, in milliseconds: at 100 MB/s, the speed of responses, they grow by 5 MB. */
const measuredMs = 50;
/** Operations of one owner that wait. Each holds its query and its variables, a few KB and at most a MB. */
const usuallyWaiting = 512;
/** The same of all owners. */
const usuallyWaitingOfAll = 1024;

/** Bytes of each owner, and of all. */
class OwnerBytes {
  total = 0;
  readonly #bytes = new Map<Owner, number>();

  of(owner: Owner): number {
    return this.#bytes.get(owner) ?? 0;
  }

  add(owner: Owner, change: number): void {
    this.total += change;
    const bytes = this.of(owner) + change;
    if (bytes > 0) this.#bytes.set(owner, bytes);
    else this.#bytes.delete(owner);
  }
}

/**
 * The room for responses that clients have not read. An operation whose response may be large begins when there is room
 * for it within the limits of its owner and of all: clients that read slowly, or late, make their owner's next ones wait
 * instead of filling the memory or losing their connections.
 *
 * Owns a timer while operations wait.
 */
export class ResponseRoom implements Disposable {
  readonly #options: ResponseRoomOptions;
  #measured: UnreadBytes = { total: 0, of: () => 0 };
  #measuredAt = Number.NEGATIVE_INFINITY;
  /** Responses that are being made, as large as they may be. */
  readonly #expected = new OwnerBytes();
  /** Responses made since the last measurement, and since the one before it: they may not be written yet. */
  #made = new OwnerBytes();
  #madeBefore = new OwnerBytes();
  /** In the order in which owners are served. */
  readonly #waiting = new Map<Owner, Waiting[]>();
  #waitingCount = 0;
  #next: Deadline | null = null;
  #isDisposed = false;

  constructor(options: ResponseRoomOptions) {
    this.#options = options;
  }

  /**
   * Takes room, to be returned by `leave`. Null: taken. Otherwise resolves to true when it is, and to false when the
   * operation may not begin: there was no room in time, too many wait, or the caller is gone.
   *
   * @param bytes the size of the response, at most or about
   */
  enter(owner: Owner, bytes: number, caller: Caller): Promise<boolean> | null {
    if (!this.#waiting.has(owner) && this.#hasRoom(owner, bytes)) {
      this.#expected.add(owner, bytes);
      return null;
    }
    const queue = this.#waiting.get(owner) ?? [];
    const { mostWaiting = usuallyWaiting, mostWaitingOfAll = usuallyWaitingOfAll } = this.#options;
    if (this.#isDisposed || queue.length >= mostWaiting || this.#waitingCount >= mostWaitingOfAll) {
      return Promise.resolve(false);
    }
    this.#waiting.set(owner, queue);
    this.#waitingCount += 1;
    this.#schedule();
    return new Promise((resolve) => {
      queue.push({ caller, bytes, since: performance.now(), resolve });
    });
  }

  /** Returns room: the response is made, has these bytes, and will be written next. */
  leave(owner: Owner, taken: number, bytes: number): void {
    this.#expected.add(owner, -taken);
    this.#made.add(owner, bytes);
    if (this.#waitingCount > 0) this.#admit();
  }

  /** Returns room for something that is gone from memory by now. */
  clear(owner: Owner, bytes: number): void {
    this.#expected.add(owner, -bytes);
    if (this.#waitingCount > 0) this.#admit();
  }

  /** Lets nothing that waits begin. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#next?.[Symbol.dispose]();
    this.#next = null;
    for (const queue of this.#waiting.values()) for (const { resolve } of queue) resolve(false);
    this.#waiting.clear();
    this.#waitingCount = 0;
  }

  #hasRoom(owner: Owner, bytes: number): boolean {
    const { bytes: limit, bytesPerOwner, measure } = this.#options;
    if (performance.now() - this.#measuredAt >= measuredMs) {
      this.#measured = measure();
      this.#measuredAt = performance.now();
      this.#madeBefore = this.#made;
      this.#made = new OwnerBytes();
    }
    const parts = [this.#measured, this.#expected, this.#made, this.#madeBefore];
    let own = bytes;
    let total = bytes;
    for (const part of parts) {
      own += part.of(owner);
      total += part.total;
    }
    if (own <= bytesPerOwner && total <= limit) return true;
    // One at a time for those who keep little, whatever the limits and the others.
    return this.#expected.of(owner) === 0 && own - bytes <= bytesPerOwner / 4;
  }

  #schedule(): void {
    this.#next ??= new Deadline(measuredMs, () => {
      this.#next = null;
      this.#admit();
      if (this.#waitingCount > 0) this.#schedule();
    });
  }

  /** Lets those begin for which there is room, one of each owner in turn. */
  #admit(): void {
    const latest = performance.now() - this.#options.waitMs;
    // An owner that is served moves to the end, and is visited again there.
    for (const [owner, queue] of this.#waiting) {
      const next = this.#nextOf(queue, latest);
      if (next !== undefined) {
        if (!this.#hasRoom(owner, next.bytes)) continue;
        queue.shift();
        this.#waitingCount -= 1;
        this.#expected.add(owner, next.bytes);
        next.resolve(true);
      }
      this.#waiting.delete(owner);
      if (queue.length > 0) this.#waiting.set(owner, queue);
    }
  }

  /** The first that still waits; those before it are refused. */
  #nextOf(queue: Waiting[], latest: number): Waiting | undefined {
    for (;;) {
      const [next] = queue;
      if (next === undefined || (!next.caller.destroyed && next.since > latest)) return next;
      queue.shift();
      this.#waitingCount -= 1;
      next.resolve(false);
    }
  }
}
