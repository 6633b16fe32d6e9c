import { createValue, type Value } from '../live/value.ts';

/** The tasks that are selected for an action on all of them. */
export interface Selected {
  /** True if cards offer to be selected. */
  readonly isOn: boolean;
  readonly ids: ReadonlySet<string>;
}

const nothing: Selected = { isOn: false, ids: new Set() };

/** A selection of tasks, one by one or from one to another in the order on the screen. */
export class Selection {
  readonly #selected = createValue<Selected>(nothing);
  /** The task that was selected or deselected last, where a range begins. */
  #anchor: string | null = null;

  get selected(): Value<Selected> {
    return this.#selected;
  }

  /** Lets cards offer to be selected. */
  start(): void {
    this.#selected.set({ ...this.#selected.get(), isOn: true });
  }

  /** Selects nothing any more. */
  end(): void {
    this.#anchor = null;
    this.#selected.set(nothing);
  }

  /** Selects a task, or deselects it. */
  toggle(id: string): void {
    const ids = new Set(this.#selected.get().ids);
    if (!ids.delete(id)) ids.add(id);
    this.#anchor = id;
    this.#selected.set({ isOn: true, ids });
  }

  /** Does with all from the last one to this one what was done with the last one. @param order all ids on the screen */
  extend(id: string, order: readonly string[]): void {
    const [from, to] = [this.#anchor === null ? -1 : order.indexOf(this.#anchor), order.indexOf(id)];
    if (from === -1 || to === -1) {
      this.toggle(id);
      return;
    }
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    const { ids } = this.#selected.get();
    const isAdding = this.#anchor !== null && ids.has(this.#anchor);
    const after = isAdding ? ids.union(new Set(range)) : ids.difference(new Set(range));
    this.#anchor = id;
    this.#selected.set({ isOn: true, ids: after });
  }

  /** Selects these, and nothing else. */
  set(ids: readonly string[]): void {
    this.#selected.set({ isOn: true, ids: new Set(ids) });
  }

  /** Deselects tasks that are gone. */
  remove(id: string): void {
    const { isOn, ids } = this.#selected.get();
    if (ids.has(id)) this.#selected.set({ isOn, ids: ids.difference(new Set([id])) });
  }
}
