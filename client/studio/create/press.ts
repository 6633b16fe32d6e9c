/** A random text of 128 bits. Not `randomUUID`, which plain http pages do not have. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether it is the idempotency key that was refused: the next press needs a new one. */
export const isOfKey = ({ field }: { readonly field: readonly string[] | null }): boolean =>
  field?.at(-1) === 'idempotencyKey';

/** The part of the browser's storage that keeps keys over a reload. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** A press whose outcome is not known: the page was cut off, or is gone. */
interface OpenPress {
  readonly input: string;
  readonly key: string;
  readonly at: number;
}

const stored = 'reelay:presses';
/** Later, the same input is wanted again. */
const keptMs = 24 * 3600 * 1000;
const mostStored = 20;
/** Two presses of one key are about 0.2 s apart. The server answers the first one in 0.01 s. */
const doublePressMs = 700;

/**
 * Idempotency keys of presses. An input keeps its key until its task is there, so that a press after a cut or a
 * reload cannot pay twice; after that, the same input is wanted again.
 */
export class PressKeys {
  readonly #storage: KeyStorage | null;
  readonly #now: () => number;
  /** Those of this object, where the storage takes nothing. */
  readonly #open = new Map<string, OpenPress>();
  #last = '';
  #succeededAt = Number.NEGATIVE_INFINITY;

  /** @param storage null keeps keys in this object alone */
  constructor(storage: KeyStorage | null = browserStorage(), now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /**
   * Whether this press is the second half of a double press whose first half succeeded already.
   *
   * @param clicks as a click event counts them (`detail`): the browser knows by itself which clicks belong together;
   * 0 is a press of a key, which is told by its time
   */
  isDouble(input: string, clicks: number): boolean {
    if (clicks > 0) return clicks > 1;
    return input === this.#last && this.#now() - this.#succeededAt < doublePressMs;
  }

  /** Whether the input was pressed before without a known outcome. */
  isOpen(input: string): boolean {
    return this.#find(input) !== undefined;
  }

  /** @param input the whole input as text */
  keyFor(input: string): string {
    this.#last = input;
    const press = this.#find(input) ?? { input, key: newKey(), at: this.#now() };
    this.#open.set(input, press);
    this.#store([...this.#stored().filter((other) => other.input !== input), press]);
    return press.key;
  }

  /** The task of the last press is there: the next press is another one. */
  succeeded(): void {
    this.#succeededAt = this.#now();
    this.forget();
  }

  /** The key of the last press is of no use any more. */
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
      // Not what this page wrote.
      return [];
    }
  }

  #store(open: readonly OpenPress[]): void {
    try {
      this.#storage?.setItem(stored, JSON.stringify(open.slice(-mostStored)));
    } catch {
      // A full storage is no reason to send nothing.
    }
  }
}

/** Null where the browser keeps nothing for this page. */
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
