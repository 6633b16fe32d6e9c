/** The first allocation, in bytes. */
const smallestBlock = 4096;

/**
 * Bytes that arrive in pieces, in one block of memory that doubles: a list of pieces would cost a hundred bytes for
 * each, and clients may send them one byte long.
 */
export class GatheredBytes {
  #block = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.byteLength;
    if (length > this.#block.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(smallestBlock, length, 2 * this.#block.byteLength));
      this.#block.copy(larger, 0, 0, this.#length);
      this.#block = larger;
    }
    this.#block.set(piece, this.#length);
    this.#length = length;
  }

  /** All that came; nothing is left. */
  take(): Buffer {
    const taken = this.#block.subarray(0, this.#length);
    this.#block = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }
}
