/** A random text of 128 bits. Not `randomUUID`, which plain http pages do not have. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Which idempotency key goes with a press. The same input keeps its key until it succeeds, so that a press after a
 * cut cannot pay twice; after a success the same input is wanted once more.
 */
export class PressKeys {
  #input = '';
  #key = newKey();

  /** @param input the whole input as text */
  keyFor(input: string): string {
    if (input !== this.#input) {
      this.#input = input;
      this.#key = newKey();
    }
    return this.#key;
  }

  /** The task is taken: the next press is another one. */
  succeeded(): void {
    this.#key = newKey();
  }
}
