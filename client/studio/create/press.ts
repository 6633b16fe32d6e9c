/** A random string of 128 bits. Not `randomUUID`, which plain http pages do not have. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** True if the idempotency key was refused: the next press needs a new one. */
export const isOfKey = ({ field }: { readonly field: readonly string[] | null }): boolean =>
  field?.at(-1) === 'idempotencyKey';

/** The part of the browser's storage that keeps keys across a reload. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** A press of unknown outcome: the response was lost, or the page was closed. */
interface OpenPress {
  readonly input: string;
  readonly key: string;
  readonly at: number;
}

const stored = 'reelay:presses';
/** After that, the same input is a new request. */
const keptMs = 24 * 3600 * 1000;
const mostStored = 20;
/** The two presses of a double press are about 0.2 s apart. The server responds to the first within 0.01 s. */
const doublePressMs = 700;

/**
 * Idempotency keys of presses. An input keeps its key until its task is created, so that a press after a lost response or
 * a reload cannot pay twice; after that, the same input is a new request.
 */
export class PressKeys {
  readonly #storage: KeyStorage | null;
  readonly #now: () => number;
  /** Presses of this object, for when the storage accepts nothing. */
  readonly #open = new Map<string, OpenPress>();
  #last = '';
  #succeededAt = Number.NEGATIVE_INFINITY;

  /** @param storage null keeps the keys in this object only */
  constructor(storage: KeyStorage | null = browserStorage(), now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /**
   * True if this press is the second half of a double press whose first half has succeeded.
   *
   * @param clicks the `detail` of the click event, in which the browser counts clicks that belong together; 0 is a press
   * of a key, which is recognised by its time
   */
  isDouble(input: string, clicks: number): boolean {
    if (clicks > 0) return clicks > 1;
    return input === this.#last && this.#now() - this.#succeededAt < doublePressMs;
  }

  /** True if the input was pressed before without a known outcome. */
  isOpen(input: string): boolean {
    return this.#find(input) !== undefined;
  }

  /** The key for an input, the same until its task is created. @param input the whole input, serialised */
  keyFor(input: string): string {
    this.#last = input;
    const press = this.#find(input) ?? { input, key: newKey(), at: this.#now() };
    this.#open.set(input, press);
    this.#store([...this.#stored().filter((other) => other.input !== input), press]);
    return press.key;
  }

  /** Reports that the task of the last press was created: the next press is a new request. */
  succeeded(): void {
    this.#succeededAt = this.#now();
    this.forget();
  }

  /** Discards the key of the last press. */
  forget(): void {
    this.#open.delete(this.#last);
    this.#store(this.#stored().filter(({ input }) => input !== this.#last));
  }

  #find(input: string): OpenPress | undefined {
    return this.#open.get(input) ?? this.#stored().find((press) => press.input === input);
  }

  #stored(): readonly OpenPress[] {
    try {
      const open: unknown = JSON.parse(this.#storage?.getItem(stored) ?? '[]');
      return Array.isArray(open) ? open.filter((press) => isOpenPress(press, this.#now())) : [];
    } catch {
      // The value is not of this page.
      return [];
    }
  }

  #store(open: readonly OpenPress[]): void {
    try {
      this.#storage?.setItem(stored, JSON.stringify(open.slice(-mostStored)));
    } catch {
      // The key is kept in this object.
    }
  }
}

/** Null if the browser stores nothing for this page. */
function browserStorage(): KeyStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

const isOpenPress = (value: unknown, now: number): value is OpenPress =>
  typeof value === 'object' &&
  value !== null &&
  'input' in value &&
  typeof value.input === 'string' &&
  'key' in value &&
  typeof value.key === 'string' &&
  'at' in value &&
  typeof value.at === 'number' &&
  Math.abs(now - value.at) < keptMs;
