import {
  CellError,
  readImages,
  readRatio,
  readResolution,
  readSeconds,
  readUseCase,
  readWhole,
  readYesNo,
} from './cells.ts';
import type { Column } from './columns.ts';
import type { Table } from './read-table.ts';

/** A cell that cannot be read. */
export interface CellProblem {
  readonly column: Column;
  readonly text: string;
}

/** One row: what it says about its video. What it leaves empty is absent. */
export interface TableRow {
  /** The line of the file, from 1, headings included. */
  readonly line: number;
  readonly label?: string;
  readonly prompt?: string;
  /** URLs, or names of files. */
  readonly images?: readonly string[];
  /** Names of the schema's enums. */
  readonly useCase?: string;
  readonly aspectRatio?: string;
  readonly resolution?: string;
  /** The id or the label of a model. */
  readonly model?: string;
  readonly durationSeconds?: number;
  readonly audio?: boolean;
  readonly negativePrompt?: string;
  readonly seed?: number;
  /** Videos of this row, 1 to 4. */
  readonly count?: number;
  readonly problems: readonly CellProblem[];
}

const asIs = (text: string) => text;
const readers: Readonly<Record<Column, (text: string) => unknown>> = {
  label: asIs,
  prompt: asIs,
  images: readImages,
  useCase: readUseCase,
  model: asIs,
  aspectRatio: readRatio,
  durationSeconds: readSeconds,
  resolution: readResolution,
  audio: readYesNo,
  negativePrompt: asIs,
  seed: (text) => readWhole(text, 0, 2 ** 31 - 1),
  count: (text) => readWhole(text, 1, 4),
};

/** Reads the cells of each row by their columns; every cell that cannot be read is a problem of its row. */
export const readRows = ({ columns, rows }: Table): readonly TableRow[] =>
  rows.map(({ line, cells }) => {
    const values: Record<string, unknown> = {};
    const problems: CellProblem[] = [];
    for (const [index, column] of columns.entries()) {
      const text = cells[index] ?? '';
      if (column === null || text === '') continue;
      try {
        values[column] = readers[column](text);
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        problems.push({ column, text });
      }
    }
    return { ...values, line, problems };
  });
