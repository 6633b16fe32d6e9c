/** The lengths that lists of bound values have. Each makes a query text of its own, which has to be prepared. */
export const paddedLengths: readonly number[] = [1, 4, 16, 64, 250];

/** A list for `in (…)`, its last item repeated up to one of a few lengths; longer lists than 250 stay as they are. */
export function paddedList<Item>(items: readonly Item[]): readonly Item[] {
  const length = paddedLengths.find((each) => each >= items.length) ?? items.length;
  const last = items.slice(-1);
  return [...items, ...Array.from({ length: length - items.length }, () => last).flat()];
}
