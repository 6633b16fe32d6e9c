import { describe, expect, it } from 'vitest';
import { assert, constantFrom, property, string } from 'fast-check';
import { decodeTable } from '../../client/table/decode.ts';
import { readRows } from '../../client/table/read-rows.ts';
import { readTable } from '../../client/table/read-table.ts';

const rowsOf = (text: string) => {
  const result = readTable(text);
  if (result.kind !== 'table') throw new Error(result.reason);
  return readRows(result.table);
};

describe('a table of videos', () => {
  it('is read with the separators, quotes and headings of English and Russian spreadsheets', () => {
    const expected = [
      { line: 2, label: 'R-1', prompt: 'A ring, "gold"', durationSeconds: 8, audio: false, problems: [] },
      { line: 3, label: 'R-2', prompt: 'Two\nlines', aspectRatio: 'PORTRAIT_9_16', problems: [] },
    ];
    const comma =
      'SKU,Prompt,Duration,Sound,Aspect ratio\nR-1,"A ring, ""gold""",8 s,no,\nR-2,"Two\nlines",,,9:16\n\n';
    const semicolon =
      '\ufeffАртикул;Промпт;Длительность;Звук;Формат\r\nR-1;"A ring, ""gold""";8 сек;нет;\r\nR-2;"Two\nlines";;;09:16:00\r\n;;;;\r\n';
    expect(rowsOf(comma)).toEqual(expected);
    expect(rowsOf(semicolon)).toEqual(expected);
    expect(rowsOf(`sep=;\r\n${semicolon.slice(1)}`)).toEqual(expected);
    expect(rowsOf(comma.replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '\t'))).toEqual(expected);
  });

  it('without headings is one of labels, prompts and images, or of prompts alone, commas included', () => {
    expect(rowsOf('R-1\tA ring\thttps://x.test/a.png https://x.test/b.png')).toEqual([
      {
        line: 1,
        label: 'R-1',
        prompt: 'A ring',
        images: ['https://x.test/a.png', 'https://x.test/b.png'],
        problems: [],
      },
    ]);
    expect(rowsOf('A fox, in snow\nA hare')).toEqual([
      { line: 1, prompt: 'A fox, in snow', problems: [] },
      { line: 2, prompt: 'A hare', problems: [] },
    ]);
  });

  it('names each cell that cannot be read, each heading that is not known, and what is wrong with the whole', () => {
    const [row] = rowsOf('prompt,seconds,resolution,count,seed,use case\nA,soon,5k,5,-1,wedding');
    expect(row?.problems).toEqual([
      { column: 'durationSeconds', text: 'soon' },
      { column: 'resolution', text: '5k' },
      { column: 'count', text: '5' },
      { column: 'seed', text: '-1' },
      { column: 'useCase', text: 'wedding' },
    ]);
    expect(readTable('prompt;colour\nA;red')).toMatchObject({ table: { unknownHeadings: ['colour'] } });
    expect(readTable(' \n')).toEqual({ kind: 'unreadable', reason: 'empty' });
    expect(readTable('prompt')).toEqual({ kind: 'unreadable', reason: 'empty' });
    expect(readTable('sku,seconds\nR-1,8')).toEqual({ kind: 'unreadable', reason: 'noPrompt' });
    expect(readTable('prompt,sku\n"A ring,R-1')).toMatchObject({ reason: 'openQuote' });
    expect(readTable(`prompt\n${'A\n'.repeat(1001)}`)).toEqual({ kind: 'unreadable', reason: 'tooMany' });
  });

  it('has images by URL or by the names of files, which may have spaces', () => {
    expect(rowsOf('sku;image\nR-1;ring 1.jpg, ring 2.jpg')[0]?.images).toEqual(['ring 1.jpg', 'ring 2.jpg']);
  });

  it('is decoded as UTF-8, as UTF-16 with its mark, and as the Windows-1251 of Excel', () => {
    const text = 'Артикул;Промпт';
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
    const cp1251 = Uint8Array.from(text, (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return code < 128 ? code : code - 0x410 + 0xc0;
    });
    expect([new TextEncoder().encode(text), utf16, cp1251].map(decodeTable)).toEqual([text, text, text]);
  });

  it('of any text is read or refused', () => {
    let tables = 0;
    const text = string({ unit: constantFrom(';', ',', '"', '\n', '\t', 'a', 'sku', 'prompt') });
    assert(
      property(text, (cells) => {
        const result = readTable(cells);
        if (result.kind === 'unreadable') return true;
        tables += 1;
        return readRows(result.table).length === result.table.rows.length;
      }),
      { numRuns: 300 },
    );
    expect(tables).toBeGreaterThan(20);
  });
});
