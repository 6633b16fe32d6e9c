/**
 * A gram: something that every text has which contains a string, as a number below 2^53. Postings are in the order of these
 * numbers. Most are three characters (UTF-16 code units) of a folded text that follow one another, kept whole: all that
 * begin with the same one or two characters lie together, and no string can be written whose grams are those of
 * another one. A text ends in two that are filled up with zeros.
 *
 * The others, beyond all of these, are hashes of what a text has where words meet. Different ones may have one number: what
 * an index finds by them is tested again.
 */
export type Gram = number;

const secondPlace = 0x1_00_00;
const firstPlace = 0x1_00_00_00_00;
const gramOf = (first: number, second: number, third: number): Gram =>
  first * firstPlace + second * secondPlace + third;

const space = 0x20;
/** Before the beginning of an id: beyond all characters, so that no string has it. */
const beginning = 0x1_00_00;
const firstGap = (beginning + 1) * firstPlace;
const gaps = 0x1_00_00;
const firstRun = firstGap + gaps;
/** Few: a posting of each then takes one byte for a row, and still leaves out 19 rows of 20. */
const runs = 0x10_00;

/** Characters on either side of a gap. With two, "gold studio" would be found where "gold stone" is. */
const besideGap = 3;

/** A hash of the characters of a text from one place to another, which is not among them. */
function hashOf(text: string, from: number, end: number): number {
  let hash = 0;
  for (let place = from; place < end; place += 1) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ text.charCodeAt(place);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * The gram of a gap between two words: the last characters of one and the first of the next. A text has nearly every frequent
 * gram of three, but few pairs of words.
 */
const gapOf = (text: string, at: number): Gram =>
  firstGap + (hashOf(text, at - besideGap, at + besideGap + 1) % gaps);

/** The gram of a whole word, the end of the one before and the beginning of the next: `at` and `next` are the gaps. */
const runOf = (text: string, at: number, next: number): Gram =>
  firstRun + (hashOf(text, at - besideGap, next + besideGap + 1) % runs);

/** True if there is a gap at a place, with enough characters on either side. */
const isGap = (text: string, at: number): boolean =>
  text.charCodeAt(at) === space && at >= besideGap && at + besideGap < text.length;

/** Calls back for each gram of a folded text; one that is repeated comes again. */
export function eachGram(text: string, visit: (gram: Gram) => void): void {
  const { length } = text;
  let first = length > 0 ? text.charCodeAt(0) : 0;
  let second = length > 1 ? text.charCodeAt(1) : 0;
  let gap = -1;
  for (let index = 2; index < length; index += 1) {
    const third = text.charCodeAt(index);
    visit(gramOf(first, second, third));
    if (third === space && isGap(text, index)) {
      visit(gapOf(text, index));
      if (gap >= 0) visit(runOf(text, gap, index));
      gap = index;
    }
    first = second;
    second = third;
  }
  if (length > 1) visit(gramOf(first, second, 0));
  if (length > 0) visit(gramOf(length > 1 ? second : first, 0, 0));
}

/** Calls back for the gram with which an id begins, folded as a text. */
export function beginningGram(id: string, visit: (gram: Gram) => void): void {
  if (id.length > 0) visit(gramOf(beginning, id.charCodeAt(0), id.length > 1 ? id.charCodeAt(1) : 0));
}

/** The condition that every text meets which contains a string: it has all of some grams, or one from a range. */
export type GramQuery =
  /** `places` are those where words meet, the most telling ones first; `threes` are of three characters. */
  | { readonly kind: 'all'; readonly places: readonly Gram[]; readonly threes: readonly Gram[] }
  | { readonly kind: 'range'; readonly from: Gram; readonly to: Gram };

/** The condition for a folded string that is not empty. */
export function gramQuery(part: string): GramQuery {
  const [first, second] = [part.charCodeAt(0), part.charCodeAt(1)];
  if (part.length === 1) return { kind: 'range', from: gramOf(first, 0, 0), to: gramOf(first + 1, 0, 0) - 1 };
  if (part.length === 2) {
    return { kind: 'range', from: gramOf(first, second, 0), to: gramOf(first, second + 1, 0) - 1 };
  }
  const at = Array.from({ length: part.length }, (_, index) => index).filter((index) => isGap(part, index));
  const places = [
    ...spread(at.slice(1)).map((next) => runOf(part, at[at.indexOf(next) - 1] ?? 0, next)),
    ...spread(at).map((gap) => gapOf(part, gap)),
  ];
  const threes = spread(Array.from({ length: part.length - 2 }, (_, index) => index)).map((start) =>
    gramOf(part.charCodeAt(start), part.charCodeAt(start + 1), part.charCodeAt(start + 2)),
  );
  return { kind: 'all', places: [...new Set(places)], threes: [...new Set(threes)] };
}

/** The condition for an id that begins with a folded string that is not empty. */
export function beginningQuery(start: string): GramQuery {
  const first = start.charCodeAt(0);
  if (start.length === 1) {
    return { kind: 'range', from: gramOf(beginning, first, 0), to: gramOf(beginning, first + 1, 0) - 1 };
  }
  const rest = start.length < 3 ? null : gramQuery(start);
  const threes = rest?.kind === 'all' ? rest.threes : [];
  return { kind: 'all', places: [gramOf(beginning, first, start.charCodeAt(1))], threes };
}

/** The same items in another order, each far from the one before: neighbours say much the same. */
function spread(items: readonly number[]): readonly number[] {
  const rounds = Math.ceil(items.length / 4);
  const ofRound = (round: number) => items.filter((_, index) => index % rounds === round);
  return Array.from({ length: rounds }, (_, round) => ofRound(round)).flat();
}
