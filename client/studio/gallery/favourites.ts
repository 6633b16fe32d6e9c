import { createValue, type Value } from '../live/value.ts';

const stored = 'reelay:favourites';
/** More are of little use, and each is read on its own. */
const mostFavourites = 500;

/** Ids of the tasks that the user marked on this device, the newest mark last. */
export class Favourites {
  readonly #ids = createValue<ReadonlySet<string>>(read());

  constructor() {
    // Another tab has changed them.
    window.addEventListener('storage', ({ key }) => {
      if (key === stored) this.#ids.set(read());
    });
  }

  get ids(): Value<ReadonlySet<string>> {
    return this.#ids;
  }

  /** Marks a task, or removes its mark. */
  toggle(id: string): void {
    const ids = new Set(read());
    if (!ids.delete(id)) ids.add(id);
    this.#keep(ids);
  }

  /** Removes the marks of tasks that do not exist. */
  forget(gone: readonly string[]): void {
    if (gone.length === 0) return;
    this.#keep(read().difference(new Set(gone)));
  }

  #keep(ids: ReadonlySet<string>): void {
    const kept = new Set([...ids].slice(-mostFavourites));
    this.#ids.set(kept);
    try {
      localStorage.setItem(stored, JSON.stringify([...kept]));
    } catch {
      // They last as long as this page.
    }
  }
}

function read(): ReadonlySet<string> {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(stored) ?? '[]');
    return new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []);
  } catch {
    // Not of this page, or the browser stores nothing.
    return new Set();
  }
}
