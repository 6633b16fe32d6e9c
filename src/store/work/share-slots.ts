/** The slots that an owner has, and the work for which it could use more. */
export interface Share<Item> {
  /** Slots that the owner's work holds already. */
  readonly held: number;
  /** Due work, in the order in which it is to be done. */
  readonly items: readonly Item[];
}

/**
 * Shares free slots: each goes to the owner who holds the fewest, the first of equals first.
 *
 * @param kept of the free slots, so many stay for owners who hold none
 * @returns what gets a slot, in that order
 */
export function shareSlots<Item>(shares: readonly Share<Item>[], free: number, kept: number): Item[] {
  const picked: Item[] = [];
  const open = shares.map(({ held, items }) => ({ held, items, next: 0 }));
  while (picked.length < free) {
    let least: (typeof open)[number] | null = null;
    for (const share of open) {
      if (share.next < share.items.length && (least === null || share.held < least.held)) least = share;
    }
    const item = least?.items[least.next];
    if (least === null || item === undefined) break;
    // The others hold at least as many.
    if (least.held > 0 && free - picked.length <= kept) break;
    picked.push(item);
    least.held += 1;
    least.next += 1;
  }
  return picked;
}
