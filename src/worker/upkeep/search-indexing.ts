import type { Logger } from 'pino';
import type { Store } from '../../store/store.ts';
import { doAlone } from './duty.ts';
import type { LongLived } from '../../time/lifetime.ts';
import { Rounds } from '../../time/rounds.ts';

/** The pause between two rounds, in milliseconds: the tasks of that time are searched one by one, 7 µs each. */
const intervalMs = 5000;
/** Rounds that added fewer tasks are not worth a line in the log. */
const notedTasks = 10_000;

/** Settings of the indexing. */
export interface SearchIndexingOptions {
  readonly store: Pick<Store, 'isShared' | 'shared' | 'indexSearch'>;
  readonly log: Logger;
  readonly now: () => number;
  /** The name of this process among those that share the database. */
  readonly instance: string;
}

/** Keeps the search index up to date: at start, and every few seconds. Searches are right meanwhile. */
export class SearchIndexing implements LongLived {
  readonly #rounds: Rounds;
  #added = 0;

  constructor(options: SearchIndexingOptions) {
    const { store, log } = options;
    this.#rounds = new Rounds({
      round: () => doAlone(options, 'search index', () => this.#update(store, log)),
      everyMs: intervalMs,
      onFailure: (error) => {
        if (!this.#rounds.signal.aborted) {
          log.error(
            { err: error },
            'the search index was not brought up to date; the next round tries again',
          );
        }
      },
    });
  }

  /** Begins the first round. */
  start(): void {
    this.#rounds.start();
  }

  /** Ends the present round within one of its steps. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
  }

  async #update(store: Pick<Store, 'indexSearch'>, log: Logger): Promise<void> {
    const { added, isDone } = await store.indexSearch(this.#rounds.signal);
    this.#added += added;
    if (!isDone) return;
    if (this.#added >= notedTasks) log.info({ tasks: this.#added }, 'tasks were added to the search index');
    this.#added = 0;
  }
}
