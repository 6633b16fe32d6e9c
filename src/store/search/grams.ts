/**
 * A gram: three characters (UTF-16 code units) of a folded text that follow one another, as a number below 2^32. The first
 * one is kept whole, of the others the low eight bits, so that all grams that begin with the same one or two characters
 * lie together. A text ends in two grams that are filled up with zeros. Different grams may have one number: what an
 * index finds by them is tested again.
 */
export type Gram = number;

const gramOf = (first: number, second: number, third: number): Gram =>
  first * 0x1_00_00 + (second & 0xff) * 0x1_00 + (third & 0xff);

/** Calls back for each gram of a folded text, in order; one that is repeated comes again. */
export function eachGram(text: string, visit: (gram: Gram) => void): void {
  const { length } = text;
  let first = length > 0 ? text.charCodeAt(0) : 0;
  let second = length > 1 ? text.charCodeAt(1) : 0;
  for (let index = 2; index < length; index += 1) {
    const third = text.charCodeAt(index);
    visit(gramOf(first, second, third));
    first = second;
    second = third;
  }
  if (length > 1) visit(gramOf(first, second, 0));
  if (length > 0) visit(gramOf(length > 1 ? second : first, 0, 0));
}

/** The condition that every text meets which contains a string: it has all of some grams, or one from a range. */
export type GramQuery =
  | { readonly kind: 'all'; readonly grams: readonly Gram[] }
  | { readonly kind: 'range'; readonly from: Gram; readonly to: Gram };

/** More grams than these make a query slower, not more selective. */
const mostGrams = 16;

/** The condition for a folded string that is not empty. */
export function gramQuery(part: string): GramQuery {
  const [first, second] = [part.charCodeAt(0), part.charCodeAt(1)];
  if (part.length === 1) return { kind: 'range', from: gramOf(first, 0, 0), to: gramOf(first, 0xff, 0xff) };
  if (part.length === 2) {
    return { kind: 'range', from: gramOf(first, second, 0), to: gramOf(first, second, 0xff) };
  }
  const last = part.length - 3;
  const count = Math.min(last + 1, mostGrams);
  const grams = new Set<Gram>();
  for (let index = 0; index < count; index += 1) {
    const at = count === 1 ? 0 : Math.floor((index * last) / (count - 1));
    grams.add(gramOf(part.charCodeAt(at), part.charCodeAt(at + 1), part.charCodeAt(at + 2)));
  }
  return { kind: 'all', grams: [...grams] };
}
