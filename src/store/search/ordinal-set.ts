import type { PageReader } from './postings.ts';

/** The ones in 32 bits. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A set of ordinals of one segment, as a bitmap: whole postings are combined 32 rows at a time. */
export class OrdinalSet {
  /** The empty set, of any segment. Not to be added to. */
  static readonly none = new OrdinalSet(0);
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  /** Null after a change. */
  #size: number | null = 0;

  /** Empty. @param rows of the segment */
  constructor(rows: number) {
    this.#words = new Uint32Array(Math.ceil(rows / 32));
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  /** The number of its ordinals. */
  get size(): number {
    if (this.#size !== null) return this.#size;
    let size = 0;
    for (const word of this.#words) if (word !== 0) size += onesIn(word);
    this.#size = size;
    return size;
  }

  /** Adds the present posting of a page. */
  add(posting: PageReader): void {
    posting.markIn(this.#bytes);
    this.#size = null;
  }

  /** Removes all. */
  clear(): void {
    this.#words.fill(0);
    this.#size = 0;
  }

  /** Keeps what the other set has too. */
  keep(other: OrdinalSet): void {
    const [words, others] = [this.#words, other.#words];
    for (let index = 0; index < words.length; index += 1) {
      words[index] = (words[index] ?? 0) & (others[index] ?? 0);
    }
    this.#size = null;
  }

  /** Adds what another set of the segment has. */
  join(other: OrdinalSet): void {
    const [words, others] = [this.#words, other.#words];
    for (let index = 0; index < others.length; index += 1) {
      words[index] = (words[index] ?? 0) | (others[index] ?? 0);
    }
    this.#size = null;
  }

  has(ordinal: number): boolean {
    return ordinal >= 0 && (((this.#words[ordinal >> 5] ?? 0) >>> (ordinal & 31)) & 1) === 1;
  }

  /** The number of its ordinals from one, a multiple of 32, up to another, a multiple of 32 or the end. */
  countBetween(from: number, end: number): number {
    let count = 0;
    for (let index = from / 32; index < Math.min(this.#words.length, end / 32); index += 1) {
      count += onesIn(this.#words[index] ?? 0);
    }
    return count;
  }

  /** Its ordinals from one up to another, which is not among them, ascending. */
  between(from: number, end: number): number[] {
    const list: number[] = [];
    if (this.size === 0) return list;
    const bytes = this.#bytes;
    const lastByte = Math.min(bytes.length, Math.ceil(end / 8));
    for (let at = from >> 3; at < lastByte; at += 1) {
      for (let bits = bytes[at] ?? 0, ordinal = at * 8; bits !== 0; bits >>= 1, ordinal += 1) {
        if ((bits & 1) === 1 && ordinal >= from && ordinal < end) list.push(ordinal);
      }
    }
    return list;
  }
}
