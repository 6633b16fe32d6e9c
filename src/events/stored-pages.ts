import type { Store } from '../store/store.ts';
import type { Owner, VideoTask } from '../domain/video-task.ts';
import { everyOwner, type FeedFilter, type TaskFeed, type Watch } from './feed.ts';
import { toPayload, type Payload } from './payload.ts';

/** The number of states that one read takes; after as many, a subscriber checks whether its reader keeps up. */
const pageSize = 100;
/** The number of states that are rendered together, so that their reads can be batched. */
const renderedAtOnce = 20;
/** The number of pages kept for other subscribers that catch up. */
const keptPages = 4;
/** Fields of a page that depend on the time are current for this long, in milliseconds. */
const freshMs = 1000;

/** A rendered state. */
export interface StoredState {
  readonly revision: number;
  readonly payload: Payload;
}

/** Rendered states in revision order. */
export interface StoredPage {
  readonly states: readonly StoredState[];
  /** Every revision up to this one is in this page or before it. */
  readonly to: number;
  /** True if nothing was stored after it when it was read. */
  readonly isLast: boolean;
}

interface Reading {
  readonly from: number;
  readonly openOnly: boolean;
  /** Listeners that were added before the read get every change after this revision. */
  readonly asOf: number;
  readonly begunAt: number;
  readonly page: Promise<StoredPage>;
  /** Null while it is read. */
  readonly to: number | null;
}

/** Stored states of an owner's tasks, read and rendered once for the subscribers of one stream that catch up. */
export class StoredPages {
  readonly #store: Store;
  readonly #feed: TaskFeed;
  readonly #owner: Owner;
  readonly #filter: FeedFilter | null;
  readonly #render: (task: VideoTask) => string | Promise<string>;
  /** The latest ones. */
  #readings: Reading[] = [];

  constructor(
    store: Store,
    feed: TaskFeed,
    { owner, filter }: Watch,
    render: (task: VideoTask) => string | Promise<string>,
  ) {
    this.#store = store;
    this.#feed = feed;
    this.#owner = owner;
    this.#filter = filter ?? null;
    this.#render = render;
  }

  /**
   * A page with the states after a revision; it may begin before it. Yields to the event loop in between.
   *
   * @param openOnlyAsOf null for all states; otherwise unfinished tasks only, as they are at this revision or later
   */
  after(cursor: number, openOnlyAsOf: number | null): Promise<StoredPage> {
    const openOnly = openOnlyAsOf !== null;
    const oldest = performance.now() - freshMs;
    const known = this.#readings.find(
      ({ from, to, openOnly: ofOpen, asOf, begunAt }) =>
        ofOpen === openOnly &&
        begunAt > oldest &&
        // A task that ended since is in no later page of unfinished ones.
        (openOnlyAsOf === null || asOf >= openOnlyAsOf) &&
        (from === cursor ? to === null || to > cursor : from < cursor && to !== null && to > cursor),
    );
    if (known !== undefined) return known.page;
    const asOf = this.#feed.position;
    const page = this.#read(cursor, asOf, openOnly);
    const reading: Reading = { from: cursor, openOnly, asOf, begunAt: performance.now(), page, to: null };
    this.#readings = [...this.#readings.slice(1 - keptPages), reading];
    void page.then(
      ({ to }) => Object.assign(reading, { to }),
      () => {
        this.#readings = this.#readings.filter((other) => other !== reading);
      },
    );
    return page;
  }

  async #read(from: number, asOf: number, openOnly: boolean): Promise<StoredPage> {
    const { slices } = this.#feed;
    await slices.next(this.#owner);
    const isEvery = this.#owner === everyOwner;
    const changes = await this.#store.changesAfter(from, {
      limit: pageSize,
      ...(!isEvery && { owner: this.#owner }),
      upTo: asOf,
      // The indexes of unfinished tasks, labels and groups are of one owner: without it, one statement could pass over all.
      openOnly: openOnly && !isEvery,
      ...(!isEvery && this.#filter),
    });
    const tasks = isEvery ? changes.filter((task) => this.#passes(task, openOnly)) : changes;
    const states: StoredState[] = [];
    for (let start = 0; start < tasks.length; start += renderedAtOnce) {
      if (!slices.hasTime()) await slices.next(this.#owner);
      const some = tasks.slice(start, start + renderedAtOnce);
      const texts = await Promise.all(some.map((task) => Promise.resolve(this.#render(task))));
      for (const [index, { revision }] of some.entries()) {
        states.push({ revision, payload: toPayload(texts[index] ?? '') });
      }
    }
    const isLast = changes.length < pageSize;
    return { states, isLast, to: isLast ? Math.max(from, asOf) : (changes.at(-1)?.revision ?? from) };
  }

  #passes({ result, spec }: VideoTask, openOnly: boolean): boolean {
    const { label = spec.label, group = spec.group } = this.#filter ?? {};
    return (!openOnly || result.completedAt === null) && label === spec.label && group === spec.group;
  }
}
