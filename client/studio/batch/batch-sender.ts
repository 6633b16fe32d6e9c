import { GenerateMutation } from '../api/mutations.ts';
import { RequestError, type Request } from '../api/request.ts';
import type { Task, UserError } from '../api/task.ts';
import { createValue, type Value } from '../live/value.ts';
import {
  forgetBatch,
  isOfBatch,
  keepItems,
  keepStates,
  readBatch,
  type BatchItem,
  type ItemState,
  type StoredBatch,
} from './batch-storage.ts';
import { isBeingSent, sendAlone, sendingEnds } from './other-tabs.ts';

/** A batch and how far it is. */
export interface Batch extends StoredBatch {
  /**
   * `waiting`: the server takes no more for now, or does not answer; it is asked again. `paused`: by the user, or by a
   * reload. `stopped`: the server refuses all further videos, for the reason of `problem`. `elsewhere`: another tab of
   * this browser sends it.
   */
  readonly phase: 'sending' | 'waiting' | 'paused' | 'stopped' | 'elsewhere' | 'done';
  readonly problem: UserError | null;
}

/** Pauses before another attempt, in milliseconds: the first, and the longest of doubling ones. */
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** Sends an approved batch, one video after another, each under a key of its own. It continues after a reload. */
export class BatchSender {
  readonly #request: Request;
  readonly #onTask: (task: Task) => void;
  readonly #batch = createValue<Batch | null>(null);
  #run: AbortController | null = null;
  /** The end of the last run, whose last request may still be under way after a pause. */
  #ended: Promise<void> = Promise.resolve();
  #isWatching = false;

  /** @param onTask called with each new task */
  constructor(request: Request, onTask: (task: Task) => void) {
    this.#request = request;
    this.#onTask = onTask;
    this.#read('paused');
    // As long as the page.
    window.addEventListener('storage', ({ key }) => {
      if (isOfBatch(key) && this.#run === null) this.#read(this.#batch.get()?.phase ?? 'paused');
    });
  }

  /** Null without a batch. */
  get batch(): Value<Batch | null> {
    return this.#batch;
  }

  /**
   * Keeps the items and begins to send them, in place of an earlier batch.
   *
   * @throws if this browser cannot keep them; nothing is sent then
   */
  start(items: readonly BatchItem[]): void {
    this.pause();
    keepItems(items);
    const states = items.map((): ItemState => ({ kind: 'waiting' }));
    this.#batch.set({ items, states, phase: 'paused', problem: null });
    this.resume();
  }

  /** Sends the items that are left. */
  resume(): void {
    if (this.#run !== null || this.#batch.get() === null) return;
    const controller = new AbortController();
    this.#run = controller;
    this.#change({ phase: 'sending', problem: null });
    this.#ended = this.#sendAfter(this.#ended, controller);
  }

  /** Stops before the next item. */
  pause(): void {
    this.#run?.abort();
    this.#run = null;
    const batch = this.#batch.get();
    if (batch?.phase === 'sending' || batch?.phase === 'waiting') this.#change({ phase: 'paused' });
  }

  /** Forgets the batch; tasks that were sent stay. */
  discard(): void {
    this.pause();
    forgetBatch();
    this.#batch.set(null);
  }

  /** Takes the batch as it is stored, and follows it while another tab sends it. @param open its phase unless it is done */
  #read(open: Batch['phase']): void {
    const stored = readBatch();
    if (stored === null) {
      this.#batch.set(null);
      return;
    }
    const isDone = stored.states.every(({ kind }) => kind !== 'waiting');
    this.#batch.set({ ...stored, phase: isDone ? 'done' : open === 'done' ? 'paused' : open, problem: null });
    if (!isDone && !this.#isWatching) void this.#watch();
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    if (await isBeingSent()) {
      if (this.#run === null) this.#change({ phase: 'elsewhere' });
      await sendingEnds();
      if (this.#run === null) this.#read('paused');
    }
    this.#isWatching = false;
  }

  async #sendAfter(before: Promise<void>, controller: AbortController): Promise<void> {
    await before;
    const isAlone = await sendAlone(() => this.#send(controller.signal));
    if (this.#run === controller) this.#run = null;
    if (!isAlone) this.#read('paused');
  }

  async #send(signal: AbortSignal): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const batch = this.#batch.get();
      const index = batch?.states.findIndex(({ kind }) => kind === 'waiting') ?? -1;
      const item = batch?.items[index];
      if (signal.aborted || batch === null) return;
      if (item === undefined) {
        this.#change({ phase: 'done' });
        return;
      }
      const result = await this.#sendOne(item);
      // The answer counts also if the user has paused in the meantime.
      if (result.kind === 'sent' || result.kind === 'refused') {
        this.#settle(item, result);
        pauseMs = firstPauseMs;
        continue;
      }
      if (signal.aborted) return;
      if (result.kind === 'stopped') {
        this.#change({ phase: 'stopped', problem: result.error });
        return;
      }
      this.#change({ phase: 'waiting', problem: result.error });
      await pause(pauseMs, signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      if (!signal.aborted) this.#change({ phase: 'sending', problem: null });
    }
  }

  async #sendOne({
    input,
  }: BatchItem): Promise<
    | Exclude<ItemState, { kind: 'waiting' }>
    | { readonly kind: 'later' | 'stopped'; readonly error: UserError | null }
  > {
    try {
      const { generateVideo } = await this.#request(GenerateMutation, { input });
      const { task, userErrors } = generateVideo;
      if (task !== null) {
        this.#onTask(task);
        return { kind: 'sent', taskId: task.id };
      }
      const [error = unnamed] = userErrors;
      if (error.code === 'RATE_LIMITED') return { kind: 'later', error };
      return { kind: error.code === 'BUDGET_EXCEEDED' ? 'stopped' : 'refused', error };
    } catch (error) {
      // Without a key, no further attempt can succeed.
      const isOut = error instanceof RequestError && error.code === 'UNAUTHENTICATED';
      return { kind: isOut ? 'stopped' : 'later', error: null };
    }
  }

  /** Keeps the result of an item of the present batch. */
  #settle(item: BatchItem, state: ItemState): void {
    const batch = this.#batch.get();
    const index = batch?.items.indexOf(item) ?? -1;
    if (batch === null || index === -1) return;
    const states = batch.states.with(index, state);
    keepStates(states);
    this.#change({ states });
  }

  #change(part: Partial<Batch>): void {
    const batch = this.#batch.get();
    if (batch !== null) this.#batch.set({ ...batch, ...part });
  }
}

const unnamed: UserError = {
  code: 'BAD_INPUT',
  message: 'The server refused this row.',
  field: null,
  reason: { code: 'INTERNAL', params: null },
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
