import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isImageUrl } from '../table/cells.ts';
import { decodeTable } from '../table/decode.ts';
import { readRows, type TableRow } from '../table/read-rows.ts';
import { readTable } from '../table/read-table.ts';
import { sendCommand, type WaitOptions } from './command.ts';
import { exitCodes, Failure, Refusals, type ExitCode } from './failure.ts';
import { generateInput, type InputOptions } from './input.ts';
import { estimate } from './operations.ts';
import type { Session } from './session.ts';
import { waitForEnd } from './wait.ts';

/** One of several videos, with a key of its own: a repeated call pays for none of them twice. */
interface Item {
  /** The row of the table, for messages; null without a table. */
  readonly line: number | null;
  readonly input: Record<string, unknown>;
}

/** The pause before a video that the server could not take yet is sent again, in milliseconds. */
const laterMs = 2000;

/** Variants of one input, bound by one group. Each has its own seed if there is one. */
export const variantsOf = (
  input: Record<string, unknown>,
  count: number,
  key: string,
  group: string | null,
): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => ({
    ...input,
    ...(group !== null && { group }),
    ...(typeof input['seed'] === 'number' && { seed: (input['seed'] + index) % 2 ** 31 }),
    idempotencyKey: count === 1 ? key : `${key}-${index + 1}`,
  }));

/** Reads the rows of a table and prints what is wrong with them. Values of the options fill what a row leaves empty. */
export async function itemsOfTable(
  session: Session,
  file: string,
  prompt: string | undefined,
  options: InputOptions,
  key: string,
): Promise<Item[]> {
  const path = resolve(session.environment.folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refused(`The table cannot be read: ${path}`, cause);
  });
  const result = readTable(decodeTable(bytes));
  if (result.kind === 'unreadable') throw refused(`${path}: ${unreadable[result.reason]}`);
  const { table } = result;
  if (table.unknownHeadings.length > 0)
    session.output.note(`These columns are not known and not used: ${table.unknownHeadings.join(', ')}`);
  const rows = readRows(table);
  const problems = rows.flatMap((row) => row.problems.map((problem) => ({ row, problem })));
  if (problems.length > 0) {
    throw new Refusals(
      problems.map(({ row, problem }) =>
        refused(`Row ${row.line}: ${problem.column} "${problem.text}" is not understood.`),
      ),
    );
  }
  const items: Item[] = [];
  for (const row of rows) {
    const defaults = await generateInput(session, row.prompt ?? prompt, {
      ...options,
      // Files are named from the folder of the table.
      image:
        row.images?.map((image) => (isImageUrl(image) ? image : resolve(dirname(path), image))) ??
        options.image,
      label: row.label ?? options.label,
    });
    const rowKey = `${key}-${row.line}`;
    const inputs = variantsOf(
      { ...defaults, ...valuesOf(row) },
      row.count ?? 1,
      rowKey,
      `t-${key}`.slice(0, 64),
    );
    items.push(...inputs.map((input) => ({ line: row.line, input })));
  }
  return items;
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

/** Estimates every video, prints the total, and throws what the server would refuse. Nothing is paid. */
export async function approve(session: Session, items: readonly Item[], isApproved: boolean): Promise<void> {
  const { output, server } = session;
  const failures: Failure[] = [];
  let [total, unpriced] = [0, 0];
  for (const { line, input } of items) {
    const { idempotencyKey: _, ...asked } = input;
    const { userErrors, cost } = (await server.request(estimate, { input: asked })).estimateVideo;
    failures.push(
      ...userErrors.map(
        ({ code, message, field }) =>
          new Failure(exitCodes.refused, code, line === null ? message : `Row ${line}: ${message}`, {
            field,
          }),
      ),
    );
    if (cost === null) unpriced += 1;
    else total += cost.amount;
  }
  if (failures.length > 0) throw new Refusals(failures);
  const unknown = unpriced === 0 ? '' : `, and ${unpriced} of unknown price`;
  output.note(`${items.length} videos, about USD ${Math.round(total * 1000) / 1000}${unknown}.`);
  if (isApproved) return;
  if (!process.stdin.isTTY) throw refused('Nothing was sent. Run it again with --yes to send all of them.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Send them? [y/N] ', { signal: session.signal });
  terminal.close();
  if (!/^y(?:es)?$/i.test(answer.trim())) throw refused('Nothing was sent.');
}

/**
 * Sends the videos one after another, and waits for all of them. A refused one is reported and the others are sent, but
 * where the budget is used up the rest is not. The exit code is that of the first that did not succeed.
 */
export async function sendSeveral(
  session: Session,
  { wait, out, open }: WaitOptions,
  items: readonly Item[],
): Promise<ExitCode> {
  if (out !== undefined)
    throw new Failure(
      exitCodes.refused,
      'BAD_INPUT',
      '--out is for one video. Save several with "download --all" after they are made.',
      { field: ['--out'] },
    );
  if (open === true)
    throw new Failure(exitCodes.refused, 'BAD_INPUT', '--open is for one video.', { field: ['--open'] });
  const { output } = session;
  const codes: ExitCode[] = [];
  const ids: string[] = [];
  for (const { line, input } of items) {
    try {
      const task = await sendPatiently(session, input);
      ids.push(task.id);
      output.result({ type: 'task', task }, wait ? null : task.id);
      if (wait) output.note(`Task ${task.id}${task.label === null ? '' : `  ${task.label}`}`);
    } catch (error) {
      if (!(error instanceof Refusals)) throw error;
      if (line !== null) output.note(`Row ${line}:`);
      for (const failure of error.failures) output.failure(failure);
      codes.push(exitCodes.refused);
      if (error.failures.some(({ code }) => code === 'BUDGET_EXCEEDED')) break;
    }
  }
  if (wait) for (const id of ids) codes.push(await waitForEnd(session, id, { out: null, isOpened: false }));
  return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}

async function sendPatiently(session: Session, input: Record<string, unknown>) {
  for (;;) {
    try {
      return await sendCommand(session, 'generate', { input });
    } catch (error) {
      const isLater =
        error instanceof Refusals && error.failures.every(({ code }) => code === 'RATE_LIMITED');
      if (!isLater) throw error;
      await sleep(laterMs, undefined, { signal: session.signal });
    }
  }
}

const refused = (message: string, cause?: unknown) =>
  new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: ['--from'], cause });

const unreadable = {
  empty: 'the table has no rows.',
  tooMany: 'no more than 1,000 rows can be sent at once. Split the table.',
  noPrompt: 'the table needs a column "prompt", "image" or "use case".',
  openQuote: 'a quotation mark is not closed.',
} as const;
