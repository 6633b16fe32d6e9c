import type { OrdinalSet } from './ordinal-set.ts';
import { blockId, blockRows, lastUpTo, mostPages, numbersOf, type Segment } from './segments.ts';
import { boundsOf, isInside, type Stretch } from './stretch.ts';

/** Most searches end with the newest tasks: the first group of candidates is small, each is twice the one before. */
const firstGroup = 32;
/** Values in one statement. */
const mostCandidates = 250;

/** What a segment says of a search. */
interface Matches {
  readonly segment: Segment;
  readonly rows: OrdinalSet;
  /** Numbers of tasks of which it may be wrong, in the direction of the search. */
  readonly changed: readonly number[];
}

/** Numbers that follow one another; there may be none. All of the segment up to `reached` are in it or one before. */
interface Group {
  readonly numbers: readonly number[];
  readonly reached: number;
}

/** The numbers of the tasks of one segment that a search has to test, in groups that follow one another in its direction. */
export class CandidateGroups {
  readonly #matches: Matches;
  readonly #read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Uint8Array>>;
  readonly #blocks = new Map<number, Float64Array>();

  constructor(matches: Matches, read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Uint8Array>>) {
    this.#matches = matches;
    this.#read = read;
  }

  /** All of them inside of a stretch. */
  async *all(stretch: Stretch): AsyncGenerator<Group> {
    const { segment, rows, changed } = this.#matches;
    const isNewest = stretch.from === 'newest';
    const ordinals = rows.between(...within(segment, boundsOf(stretch)));
    if (isNewest) ordinals.reverse();
    const isBefore = (one: number, other: number) => (isNewest ? one > other : one < other);
    let passed = 0;
    for (
      let start = 0, size = firstGroup;
      start < ordinals.length;
      size = Math.min(2 * size, mostCandidates)
    ) {
      const group = await this.#numbers(ordinals.slice(start, start + size));
      start += group.length;
      const last = group.at(-1) ?? 0;
      for (; passed < changed.length; passed += 1) {
        const number = changed[passed] ?? 0;
        if (isBefore(last, number)) break;
        if (!group.includes(number)) group.push(number);
      }
      group.sort(isNewest ? (a, b) => b - a : (a, b) => a - b);
      yield* chunks(group, stretch);
    }
    yield* chunks(changed.slice(passed), stretch);
  }

  /** Those that are among others, which come in the direction of the search. */
  async *among(others: AsyncIterable<readonly number[]>): AsyncGenerator<Group> {
    const { rows } = this.#matches;
    const changed = new Set(this.#matches.changed);
    for await (const all of others) {
      for (let start = 0; start < all.length; start += mostCandidates) {
        const some = all.slice(start, start + mostCandidates);
        const ordinals = await this.#ordinals(some);
        const isNamed = (number: number, index: number) =>
          changed.has(number) || rows.has(ordinals[index] ?? -1);
        yield { numbers: some.filter(isNamed), reached: some.at(-1) ?? 0 };
      }
    }
  }

  /** The numbers of the first ordinals, as many as one read finds. */
  async #numbers(ordinals: readonly number[]): Promise<number[]> {
    const { segment } = this.#matches;
    const blockOf = (ordinal: number) => blockId(segment, Math.floor(ordinal / blockRows));
    const wanted = new Set<number>();
    for (const ordinal of ordinals) if (wanted.size < mostPages) wanted.add(blockOf(ordinal));
    const blocks = await this.#readBlocks([...wanted]);
    const numbers: number[] = [];
    for (const ordinal of ordinals) {
      const number = blocks.get(blockOf(ordinal))?.[ordinal % blockRows];
      if (number === undefined) break;
      numbers.push(number);
    }
    return numbers;
  }

  /** The ordinals of some numbers; -1 where a number is not in the segment. */
  async #ordinals(numbers: readonly number[]): Promise<readonly number[]> {
    const { segment } = this.#matches;
    const places = numbers.map((number) => lastUpTo(segment.firstNumbers, number));
    const ids = [...new Set(places.filter((place) => place >= 0).map((place) => blockId(segment, place)))];
    for (let start = 0; start < ids.length; start += mostPages) {
      await this.#readBlocks(ids.slice(start, start + mostPages));
    }
    return numbers.map((number, index) => {
      const place = places[index] ?? -1;
      const block = this.#blocks.get(blockId(segment, place));
      if (block === undefined) return -1;
      const at = lastUpTo(block, number);
      return block[at] === number ? place * blockRows + at : -1;
    });
  }

  /** Blocks by their ids, those that were read before included. */
  async #readBlocks(ids: readonly number[]): Promise<ReadonlyMap<number, Float64Array>> {
    const unread = ids.filter((id) => !this.#blocks.has(id));
    if (unread.length > 0) {
      for (const [id, data] of await this.#read(unread)) this.#blocks.set(id, numbersOf(data));
    }
    return this.#blocks;
  }
}

/** The first ordinal, and the end of those, in whose blocks numbers between two lie, exclusive; undefined: no bound. */
export function within(
  { firstNumbers, rows }: Segment,
  [above, below]: readonly [number | undefined, number | undefined],
): [number, number] {
  const first = above === undefined ? 0 : Math.max(lastUpTo(firstNumbers, above), 0) * blockRows;
  return [
    first,
    below === undefined ? rows : Math.min((lastUpTo(firstNumbers, below) + 1) * blockRows, rows),
  ];
}

function* chunks(all: readonly number[], stretch: Stretch): Generator<Group> {
  const inside = all.filter((number) => isInside(stretch, number));
  for (let start = 0; start < inside.length; start += mostCandidates) {
    const numbers = inside.slice(start, start + mostCandidates);
    yield { numbers, reached: numbers.at(-1) ?? 0 };
  }
}
