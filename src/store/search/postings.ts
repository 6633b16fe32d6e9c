import type { Gram } from './grams.ts';

/** Positions of rows within a segment, ascending. */
export type Ordinals = readonly number[];

/**
 * The bytes of one page, somewhat less than a page of SQLite holds. A posting that is longer has a page of its own.
 *
 * A page is a sequence of postings in the order of their grams: the difference to the gram before, the length of what
 * follows and its form, and the ordinals either as differences or as a bitmap, whichever is shorter. Numbers take seven
 * bits a byte, the lowest first.
 */
const pageBytes = 3900;

/** A page of a segment. */
export interface Page {
  /** Of its first posting, whose difference is 0. */
  readonly firstGram: Gram;
  readonly data: Uint8Array;
}

const lengthOf = (value: number): number => {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
};

/** Fills pages with postings that come in the order of their grams. */
export class PageWriter {
  readonly #onPage: (page: Page) => void;
  #data = new Uint8Array(pageBytes);
  #length = 0;
  #firstGram: Gram = 0;
  #lastGram: Gram = 0;

  /** @param onPage called with each page that is full, and by `end` with the last one */
  constructor(onPage: (page: Page) => void) {
    this.#onPage = onPage;
  }

  /** @param ordinals at least one */
  add(gram: Gram, ordinals: Ordinals): void {
    const bitmapBytes = Math.floor((ordinals.at(-1) ?? 0) / 8) + 1;
    let listBytes = 0;
    let before = 0;
    for (const ordinal of ordinals) {
      listBytes += lengthOf(ordinal - before);
      before = ordinal;
    }
    const isBitmap = bitmapBytes < listBytes;
    const bytes = isBitmap ? bitmapBytes : listBytes;
    // The largest difference of grams takes eight bytes, the largest length five.
    const needed = bytes + 13;
    if (this.#length > 0 && this.#length + needed > pageBytes) this.end();
    if (this.#length === 0) {
      this.#firstGram = gram;
      this.#lastGram = gram;
      if (needed > this.#data.length) this.#data = new Uint8Array(needed);
    }
    this.#write(gram - this.#lastGram);
    this.#lastGram = gram;
    this.#write(bytes * 2 + (isBitmap ? 1 : 0));
    if (isBitmap) this.#writeBitmap(ordinals, bytes);
    else this.#writeList(ordinals);
  }

  /** Hands out the page that is begun, if there is one. */
  end(): void {
    if (this.#length === 0) return;
    this.#onPage({ firstGram: this.#firstGram, data: this.#data.slice(0, this.#length) });
    this.#length = 0;
  }

  #writeBitmap(ordinals: Ordinals, bytes: number): void {
    const data = this.#data;
    const start = this.#length;
    data.fill(0, start, start + bytes);
    for (const ordinal of ordinals) {
      const at = start + (ordinal >> 3);
      data[at] = (data[at] ?? 0) | (1 << (ordinal & 7));
    }
    this.#length += bytes;
  }

  #writeList(ordinals: Ordinals): void {
    let before = 0;
    for (const ordinal of ordinals) {
      this.#write(ordinal - before);
      before = ordinal;
    }
  }

  #write(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#data[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#data[this.#length++] = rest;
  }
}

/** Reads the postings of a page one after the other. */
export class PageReader {
  readonly #data: Uint8Array;
  #at = 0;
  #payload = 0;
  #isBitmap = false;
  /** The gram of the present posting; infinite behind the last one. */
  gram: number;

  constructor({ firstGram, data }: Page) {
    this.#data = data;
    this.gram = firstGram;
    this.next();
  }

  next(): void {
    if (this.#at >= this.#data.length) {
      this.gram = Number.POSITIVE_INFINITY;
      return;
    }
    this.gram += this.#read();
    const head = this.#read();
    this.#isBitmap = head % 2 === 1;
    this.#payload = this.#at;
    this.#at += Math.floor(head / 2);
  }

  /** Moves on to a gram; false, and to the next one, where there is none. */
  seek(gram: Gram): boolean {
    while (this.gram < gram) this.next();
    return this.gram === gram;
  }

  /** The present posting, each ordinal plus `offset`, appended to a list. */
  appendTo(list: number[], offset = 0): void {
    const data = this.#data;
    const end = this.#at;
    if (this.#isBitmap) {
      for (let at = this.#payload; at < end; at += 1) {
        const first = offset + (at - this.#payload) * 8;
        for (let bits = data[at] ?? 0, ordinal = first; bits !== 0; bits >>= 1, ordinal += 1) {
          if ((bits & 1) === 1) list.push(ordinal);
        }
      }
      return;
    }
    let ordinal = offset;
    for (let at = this.#payload; at < end;) {
      let byte = data[at++] ?? 0;
      let value = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = data[at++] ?? 0;
        value |= (byte & 0x7f) << shift;
      }
      ordinal += value;
      list.push(ordinal);
    }
  }

  /** Sets the bit of each ordinal of the present posting in a bitmap, the lowest bit of a byte first. */
  markIn(bitmap: Uint8Array): void {
    const data = this.#data;
    const end = this.#at;
    if (this.#isBitmap) {
      for (let at = this.#payload, to = 0; at < end; at += 1, to += 1) {
        bitmap[to] = (bitmap[to] ?? 0) | (data[at] ?? 0);
      }
      return;
    }
    let ordinal = 0;
    for (let at = this.#payload; at < end;) {
      let byte = data[at++] ?? 0;
      let value = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = data[at++] ?? 0;
        value |= (byte & 0x7f) << shift;
      }
      ordinal += value;
      const to = ordinal >> 3;
      bitmap[to] = (bitmap[to] ?? 0) | (1 << (ordinal & 7));
    }
  }

  #read(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#data[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }
}
