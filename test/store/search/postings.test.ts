import { describe, expect, test } from 'vitest';
import {
  beginningGram,
  beginningQuery,
  eachGram,
  gramQuery,
  type GramQuery,
} from '../../../src/store/search/grams.ts';
import { OrdinalSet } from '../../../src/store/search/ordinal-set.ts';
import { PageReader, PageWriter, type Page } from '../../../src/store/search/postings.ts';
import { folded } from '../../../src/store/search/search-test.ts';

/** Numbers below 1 that are the same in each run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('pages of postings', () => {
  test('give back what was written: few and many rows, near and far, and postings longer than a page', () => {
    const random = randomOf(7);
    const written = new Map<number, number[]>();
    let gram = 0;
    for (let count = 0; count < 3000; count += 1) {
      gram += 1 + Math.floor(random() ** 8 * 2 ** 20);
      const most = [1, 3, 200, 140_000][count % 4] ?? 1;
      const share = random();
      const ordinals = Array.from({ length: Math.min(most, 5 + (count % 500)) }, () =>
        Math.floor(random() * most * share),
      );
      written.set(
        gram,
        [...new Set(ordinals)].toSorted((a, b) => a - b),
      );
    }
    written.set(
      2 ** 49 - 1,
      Array.from({ length: 100_000 }, (_, index) => index * 3),
    );
    const pages: Page[] = [];
    const writer = new PageWriter((page) => pages.push(page));
    for (const [each, ordinals] of written) writer.add(each, ordinals);
    writer.end();

    const read = new Map<number, number[]>();
    const sets = new Map<number, number[]>();
    for (const page of pages) {
      for (const reader = new PageReader(page); reader.gram < Number.POSITIVE_INFINITY; reader.next()) {
        const list: number[] = [];
        reader.appendTo(list);
        read.set(reader.gram, list);
        const set = new OrdinalSet(300_000);
        set.add(reader);
        expect(set.size).toBe(list.length);
        sets.set(reader.gram, set.between(0, 300_000));
      }
    }
    expect(read).toEqual(written);
    expect(sets).toEqual(written);
    expect(pages.filter(({ data }) => data.length > 3900).length).toBeGreaterThan(0);
    expect(pages.length).toBeGreaterThan(50);
  });

  test('find a gram, and none between two', () => {
    const pages: Page[] = [];
    const writer = new PageWriter((page) => pages.push(page));
    for (const gram of [5, 9, 2 ** 31]) writer.add(gram, [gram % 7]);
    writer.end();
    const found = [4, 5, 8, 9, 10, 2 ** 31, 2 ** 31 + 1].map((gram) =>
      pages.map((page) => new PageReader(page).seek(gram)),
    );
    expect(found.map(([is]) => is)).toEqual([false, true, false, true, false, true, false]);
  });
});

describe('grams', () => {
  const texts = [
    '',
    'a',
    'ab',
    'abc',
    'Кольцо',
    '戒指在',
    'x💍y',
    'ab ab ab',
    'кольцо на  бархате, и я там',
    'ñ\u0000ë',
    'İß',
  ].map(folded);

  test('of a text meet the condition of each of its parts', () => {
    const missed: string[] = [];
    for (const text of texts) {
      const grams = new Set<number>();
      eachGram(text, (gram) => grams.add(gram));
      for (let start = 0; start < text.length; start += 1) {
        for (let end = start + 1; end <= text.length; end += 1) {
          const query = gramQuery(text.slice(start, end));
          const isMet =
            query.kind === 'all'
              ? [...query.places, ...query.threes].every((gram) => grams.has(gram))
              : [...grams].some((gram) => gram >= query.from && gram <= query.to);
          if (!isMet) missed.push(`${text.slice(start, end)} in ${text}`);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  test('of words next to each other are not those of the same words apart', () => {
    const grams = new Set<number>();
    eachGram('polished gold and a gold ring, then velvet', (gram) => grams.add(gram));
    const isMet = (part: string) => {
      const query = gramQuery(part);
      return query.kind === 'all' && [...query.places, ...query.threes].every((gram) => grams.has(gram));
    };
    expect(['gold ring', 'polished gold', 'then velvet', 'old ring, the'].map(isMet)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    // Each gram of three is in the text.
    expect(['gold velvet', 'polished ring'].map(isMet)).toEqual([false, false]);
    const query = gramQuery('gold velvet');
    expect(query.kind === 'all' && query.places.some((gram) => grams.has(gram))).toBe(false);
  });

  test('of words in a row are not those of the same pairs apart', () => {
    const grams = new Set<number>();
    eachGram('a polished gold chain, and the red gold ring', (gram) => grams.add(gram));
    const places = (part: string) => {
      const query = gramQuery(part);
      return query.kind === 'all' ? query.places.map((gram) => grams.has(gram)) : [];
    };
    expect(places('hed gold cha')).toEqual([true, true, true]);
    // "hed gol" and "old rin" are in the text, and all between them is "gold".
    expect(places('hed gold rin')).toEqual([false, true, true]);
  });

  test('are those of no other string that a caller could write', () => {
    const grams = new Set<number>();
    eachGram('кольцо ring', (gram) => grams.add(gram));
    const all = (part: string) => {
      const query = gramQuery(part);
      return query.kind === 'all'
        ? query.threes.every((gram) => grams.has(gram))
        : [...grams].some((gram) => gram >= query.from && gram <= query.to);
    };
    expect(['ring', 'ri', 'g', 'кол', 'ц'].map(all)).toEqual([true, true, true, true, true]);
    // Other characters with the same lower bits.
    expect(['r\u0169ng', 'rin\u0367', 'r\u0169', 'к\u053eл', '\u0546'].map(all)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('of a long string begin with those far apart, and each is there once', () => {
    const text = Array.from({ length: 200 }, (_, index) => String.fromCharCode(1000 + index)).join('');
    const query = gramQuery(text);
    const threes = query.kind === 'all' ? query.threes : [];
    expect(new Set(threes).size).toBe(198);
    const places = threes.slice(0, 4).map((gram) => Math.floor(gram / 2 ** 32) - 1000);
    expect(places).toEqual([0, 50, 100, 150]);
    expect(gramQuery('aaaaaaaa')).toEqual(gramQuery('aaa'));
  });

  test('of the beginning of an id are found by no string', () => {
    const grams = new Set<number>();
    beginningGram('7fab', (gram) => grams.add(gram));
    const isMet = (query: GramQuery) =>
      query.kind === 'all'
        ? query.places.every((gram) => grams.has(gram))
        : [...grams].some((gram) => gram >= query.from && gram <= query.to);
    expect(['7', '7f', '7fa', '8', '7a'].map((start) => isMet(beginningQuery(start)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(['7', '7f', 'f', '\uffff'].map((part) => isMet(gramQuery(part)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
