import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isImageUrl } from '../table/cells.ts';
import { decodeTable } from '../table/decode.ts';
import { readRows, type TableRow } from '../table/read-rows.ts';
import { readTable } from '../table/read-table.ts';
import { exitCodes, Failure, inRow, Refusals } from './failure.ts';
import { generateInput, type InputOptions } from './input.ts';
import type { Session } from './session.ts';
import { variantsOf, type Item } from './several.ts';
import { checkImageFile, checkScheme } from './upload.ts';

/** The videos of a table, and what is wrong with rows that have none of them. */
export interface TableItems {
  readonly items: readonly Item[];
  readonly wrong: readonly Failure[];
}

/**
 * Reads the rows of a table. Values of the options fill what a row leaves empty. Images are uploaded, but not while a row is
 * wrong: rows with files have no video then.
 *
 * @throws Failure for a table that cannot be read
 */
export async function itemsOfTable(
  session: Session,
  file: string,
  prompt: string | undefined,
  options: InputOptions,
  key: string,
): Promise<TableItems> {
  const path = resolve(session.environment.folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refused(`The table cannot be read: ${path}`, cause);
  });
  const result = readTable(decodeTable(bytes));
  if (result.kind === 'unreadable') throw refused(`${path}: ${unreadable[result.reason]}`);
  const { table } = result;
  if (table.unknownHeadings.length > 0)
    session.output.note(`These columns are not known and not used: ${table.unknownHeadings.join(', ')}`);
  // Files are named from the folder of the table.
  const located = (image: string) => (image.includes('://') ? image : resolve(dirname(path), image));
  const rows = readRows(table).map((row): TableRow =>
    row.images === undefined ? row : { ...row, images: row.images.map(located) },
  );
  const wrong = (await Promise.all(rows.map(faultsOf))).flat();
  const isWrong = new Set(wrong.map(({ row }) => row));
  const items: Item[] = [];
  for (const row of rows) {
    const hasFiles = (row.images ?? options.image ?? []).some((image) => !isImageUrl(image));
    if (isWrong.has(row.line) || (isWrong.size > 0 && hasFiles)) continue;
    try {
      const defaults = await generateInput(session, row.prompt ?? prompt, {
        ...options,
        image: row.images ?? options.image,
        label: row.label ?? options.label,
      });
      const input = { ...defaults, ...valuesOf(row) };
      const inputs = variantsOf(input, row.count ?? 1, `${key}-${row.line}`, `t-${key}`.slice(0, 64));
      items.push(...inputs.map((each) => ({ line: row.line, input: each })));
    } catch (error) {
      if (!(error instanceof Refusals)) throw error;
      wrong.push(...error.failures.map((failure) => inRow(row.line, failure)));
    }
  }
  return { items, wrong };
}

/** What is wrong with a row before anything of it is sent. */
async function faultsOf({ line, problems, images = [] }: TableRow): Promise<Failure[]> {
  const faults = problems.map(({ column, text }) =>
    inRow(line, refused(`${column} "${text}" is not understood.`)),
  );
  for (const image of images) {
    try {
      checkScheme(image);
      if (!isImageUrl(image)) await checkImageFile(image);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      faults.push(inRow(line, error));
    }
  }
  return faults;
}

/** The values of a row that the schema names as the table does; those that are absent stay so. */
const valuesOf = (row: TableRow): Record<string, unknown> =>
  Object.fromEntries(
    (
      [
        'useCase',
        'model',
        'aspectRatio',
        'durationSeconds',
        'resolution',
        'audio',
        'negativePrompt',
        'seed',
      ] as const
    ).flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])),
  );

const refused = (message: string, cause?: unknown) =>
  new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: ['--from'], cause });

const unreadable = {
  empty: 'the table has no rows.',
  tooMany: 'no more than 1,000 rows can be sent at once. Split the table.',
  noPrompt: 'the table needs a column "prompt", "image" or "use case".',
  openQuote: 'a quotation mark is not closed.',
} as const;
