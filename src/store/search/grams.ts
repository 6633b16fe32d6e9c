/**
 * A gram: three characters (UTF-16 code units) of a folded text that follow one another, as a number below 2^32. The first
 * one is kept whole, of the others the low eight bits, so that all grams that begin with the same one or two characters
 * lie together. A text ends in two grams that are filled up with zeros. Different grams may have one number: what an
 * index finds by them is tested again.
 */
export type Gram = number;

const gramOf = (first: number, second: number, third: number): Gram =>
  first * 0x1_00_00 + (second & 0xff) * 0x1_00 + (third & 0xff);

const space = 0x20;
/** The numbers of gaps are those of grams that begin with a character of private use: no script has any. */
const firstGap = 0xe000 * 0x1_00_00;
const gapNumbers = 0x1900 * 0x1_00_00;

/** Characters on either side of a gap. With two, "gold studio" would be found where "gold stone" is. */
const besideGap = 3;

/**
 * The gram of a gap between two words: the last characters of one and the first of the next. A text has nearly every frequent
 * gram of three, but few pairs of words.
 */
function gapOf(text: string, at: number): Gram {
  let hash = 0;
  for (let place = at - besideGap; place <= at + besideGap; place += 1) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ text.charCodeAt(place);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
  return firstGap + (((hash ^ (hash >>> 15)) >>> 0) % gapNumbers);
}

/** True if there is a gap at a place, with enough characters on either side. */
const isGap = (text: string, at: number): boolean =>
  at >= besideGap && at + besideGap < text.length && text.charCodeAt(at) === space;

/** Calls back for each gram of a folded text, in order; one that is repeated comes again. */
export function eachGram(text: string, visit: (gram: Gram) => void): void {
  const { length } = text;
  let first = length > 0 ? text.charCodeAt(0) : 0;
  let second = length > 1 ? text.charCodeAt(1) : 0;
  for (let index = 2; index < length; index += 1) {
    const third = text.charCodeAt(index);
    visit(gramOf(first, second, third));
    if (third === space && isGap(text, index)) visit(gapOf(text, index));
    first = second;
    second = third;
  }
  if (length > 1) visit(gramOf(first, second, 0));
  if (length > 0) visit(gramOf(length > 1 ? second : first, 0, 0));
}

/**
 * The condition that every text meets which contains a string: it has all of some grams, the most telling ones first, or
 * one from a range.
 */
export type GramQuery =
  | { readonly kind: 'all'; readonly grams: readonly Gram[] }
  | { readonly kind: 'range'; readonly from: Gram; readonly to: Gram };

/** More grams of three than these make a query slower, not more selective; and more gaps. */
const mostGrams = 16;
const mostGaps = 8;

/** The condition for a folded string that is not empty. */
export function gramQuery(part: string): GramQuery {
  const [first, second] = [part.charCodeAt(0), part.charCodeAt(1)];
  if (part.length === 1) return { kind: 'range', from: gramOf(first, 0, 0), to: gramOf(first, 0xff, 0xff) };
  if (part.length === 2) {
    return { kind: 'range', from: gramOf(first, second, 0), to: gramOf(first, second, 0xff) };
  }
  const gaps = spread(
    Array.from({ length: part.length }, (_, index) => index).filter((index) => isGap(part, index)),
    mostGaps,
  );
  const starts = spread(
    Array.from({ length: part.length - 2 }, (_, index) => index),
    mostGrams,
  );
  const grams = [
    ...gaps.map((at) => gapOf(part, at)),
    ...starts.map((at) => gramOf(part.charCodeAt(at), part.charCodeAt(at + 1), part.charCodeAt(at + 2))),
  ];
  return { kind: 'all', grams: [...new Set(grams)] };
}

/** Some items from all over a list, each far from the one before: neighbours say much the same. */
function spread(items: readonly number[], most: number): readonly number[] {
  const count = Math.min(items.length, most);
  const some = Array.from(
    { length: count },
    (_, index) => items[Math.round((index * (items.length - 1)) / Math.max(count - 1, 1))] ?? 0,
  );
  const rounds = Math.ceil(count / 4);
  const ofRound = (round: number) => some.filter((_, index) => index % rounds === round);
  return Array.from({ length: rounds }, (_, round) => ofRound(round)).flat();
}
