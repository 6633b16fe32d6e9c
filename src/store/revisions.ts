import type { Kysely } from 'kysely';
import { lastCounter } from './queries/epochs.ts';
import { formatRevision, parseRevision, type Epoch } from './queries/revision.ts';
import type { ParsedRevision, RevisionListener } from './store.ts';
import type { Database } from './tables/database.ts';
import type { VideoTask } from '../domain/video-task.ts';

/** The order of changes: its last place, how places are written, and who is told of a new one. */
export class Revisions {
  readonly #db: Kysely<Database>;
  #epochs: readonly Epoch[];
  readonly #onCommit: () => void;
  readonly #listeners = new Set<RevisionListener>();

  /** @param onCommit called after each commit of this process that took a revision; must not throw */
  constructor(db: Kysely<Database>, epochs: readonly Epoch[], onCommit: () => void) {
    this.#db = db;
    this.#epochs = epochs;
    this.#onCommit = onCommit;
  }

  last(): Promise<number> {
    return lastCounter(this.#db);
  }

  format(counter: number): string {
    return formatRevision(this.#epochs, counter);
  }

  async parse(text: string): Promise<ParsedRevision> {
    return parseRevision(this.#epochs, await this.last(), text);
  }

  /** The stretches of history, where they have been read again. */
  useEpochs(epochs: readonly Epoch[]): void {
    this.#epochs = epochs;
  }

  /** Calls back after each commit that took a revision, here or in another process. */
  subscribe(listener: RevisionListener): Disposable {
    // A function of its own for each subscription: one function may subscribe twice.
    const own: RevisionListener = (task) => listener(task);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** This process has committed one. */
  committed(task: VideoTask): void {
    this.#tell(task);
    this.#onCommit();
  }

  /** Another process may have committed one. */
  changed(): void {
    this.#tell(null);
  }

  clear(): void {
    this.#listeners.clear();
  }

  #tell(task: VideoTask | null): void {
    for (const listener of this.#listeners) listener(task);
  }
}
