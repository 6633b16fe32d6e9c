import { decodeTable } from '../../table/decode.ts';

/** A table file as it was dropped. */
export interface GivenTable {
  /** Its cells as text; empty for a file that is no text. */
  readonly text: string;
  /** True for the file of a spreadsheet program, which cannot be read. */
  readonly isWrongFile: boolean;
}

/** Reads a file of cells. */
export const readTableFile = async (file: File): Promise<GivenTable> =>
  isTableFile(file)
    ? { text: decodeTable(new Uint8Array(await file.arrayBuffer())), isWrongFile: false }
    : { text: '', isWrongFile: true };

/** True for a file of cells that can be read as text. */
export const isTableFile = ({ name, type }: File): boolean =>
  /\.(?:csv|tsv|tab|txt)$/i.test(name) || ['text/csv', 'text/tab-separated-values'].includes(type);

/** True for a file of a table, readable or not: it is no image. */
export const isTable = (file: File): boolean =>
  isTableFile(file) || /\.(?:xlsx?|ods|numbers)$/i.test(file.name);
