import Papa from 'papaparse';
import { columnOf, columnsWithoutHeadings, type Column } from './columns.ts';

/** The most rows of a table: each becomes a paid video. */
export const mostRows = 1000;

/** A table as it was given: its columns and its cells. */
export interface Table {
  /** By position; null for a column that is not known. */
  readonly columns: readonly (Column | null)[];
  /** Headings that are not known: their cells are not used. */
  readonly unknownHeadings: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/** The table, or what is wrong with the whole of it. */
export type TableResult =
  | { readonly kind: 'table'; readonly table: Table }
  | {
      readonly kind: 'unreadable';
      readonly reason: 'empty' | 'tooMany' | 'noPrompt' | 'openQuote';
      /** The row of an open quote. */
      readonly line?: number;
    };

/**
 * Reads a table from the text of a CSV file or from copied cells: separated by commas, semicolons or tabs, with or without
 * a byte order mark, headings, and the line `sep=;` of Excel.
 */
export function readTable(given: string): TableResult {
  const { text, separator } = withoutPreamble(given);
  if (text.trim() === '') return { kind: 'unreadable', reason: 'empty' };
  const delimiter = separator ?? delimiterOf(text);
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const open = errors.find(({ type }) => type === 'Quotes');
  if (open !== undefined) return { kind: 'unreadable', reason: 'openQuote', line: (open.row ?? 0) + 1 };
  const lines = data.map((cells, index) => ({
    line: index + 1,
    cells: cells.map((cell) => cell.replaceAll('\u00a0', ' ').trim()),
  }));
  const filled = lines.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [first] = filled;
  if (first === undefined) return { kind: 'unreadable', reason: 'empty' };
  const headings = first.cells.map(columnOf);
  const hasHeadings = headings.some((column) => column !== null);
  const width = Math.max(...filled.map(({ cells }) => cells.length));
  const columns = hasHeadings ? headings : columnsWithoutHeadings(width);
  const rows = hasHeadings ? filled.slice(1) : filled;
  if (rows.length === 0) return { kind: 'unreadable', reason: 'empty' };
  if (rows.length > mostRows) return { kind: 'unreadable', reason: 'tooMany' };
  if (!columns.some((column) => column === 'prompt' || column === 'images' || column === 'useCase'))
    return { kind: 'unreadable', reason: 'noPrompt' };
  const unknownHeadings = hasHeadings
    ? first.cells.filter((heading, index) => heading !== '' && headings[index] === null)
    : [];
  return { kind: 'table', table: { columns, unknownHeadings, rows } };
}

/** The text without a byte order mark and without Excel's line that names the separator. */
function withoutPreamble(given: string): { readonly text: string; readonly separator: string | null } {
  const text = given.replace(/^\ufeff/, '');
  const [line, separator = ''] = /^"?sep=(.)"?\r?\n/i.exec(text) ?? [];
  return line === undefined ? { text, separator: null } : { text: text.slice(line.length), separator };
}

/**
 * The separator of the cells. The headings decide where there are some; otherwise a comma separates cells only if every
 * line has as many of them, because prompts contain commas too.
 */
function delimiterOf(text: string): string {
  const [head = ''] = text.trimStart().split(/\r?\n/, 1);
  if (head.includes('\t')) return '\t';
  const withHeadings = [';', ',', '|'].find((delimiter) =>
    head.split(delimiter).some((cell) => columnOf(cell.replaceAll('"', '')) !== null),
  );
  if (withHeadings !== undefined) return withHeadings;
  const fits = [';', ','].find((delimiter) => {
    const widths = new Set(
      Papa.parse<string[]>(text, { delimiter, skipEmptyLines: true }).data.map(({ length }) => length),
    );
    return widths.size === 1 && !widths.has(1);
  });
  // One column: nothing of a prompt is cut off.
  return fits ?? '\t';
}
