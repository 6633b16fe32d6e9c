import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendCommand, type WaitOptions } from './command.ts';
import { dollars } from './format.ts';
import { exitCodes, Failure, inRow, Refusals, type ExitCode } from './failure.ts';
import { estimate, listTasks, type Page } from './operations.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { waitForEnd } from './wait.ts';

/** One of several videos, with a key of its own: a repeated call pays for none of them twice. */
export interface Item {
  /** The row of the table, for messages; null without a table. */
  readonly line: number | null;
  readonly input: Record<string, unknown>;
}

/** The pause before a video that the server could not take yet is sent again, in milliseconds. */
const laterMs = 2000;
/** The largest page that the server returns. */
const pageSize = 200;

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

/**
 * Estimates every video, prints the total, and throws what the server would refuse. Nothing is paid.
 *
 * @param wrong what is known to be wrong with rows that have no video here
 */
export async function approve(
  session: Session,
  items: readonly Item[],
  isApproved: boolean,
  wrong: readonly Failure[] = [],
): Promise<void> {
  const { output, server } = session;
  const failures = [...wrong];
  let [total, unpriced] = [0, 0];
  for (const { line, input } of items) {
    const { idempotencyKey: _, ...asked } = input;
    const { userErrors, cost } = (await server.request(estimate, { input: asked })).estimateVideo;
    failures.push(
      ...userErrors.map(
        ({ code, message, field }) => new Failure(exitCodes.refused, code, message, { field, row: line }),
      ),
    );
    if (cost === null) unpriced += 1;
    else total += cost.amount;
  }
  if (failures.length > 0)
    throw new Refusals(failures.toSorted((one, other) => (one.row ?? 0) - (other.row ?? 0)));
  const unknown = unpriced === 0 ? '' : `, and ${unpriced} of unknown price`;
  const videos = items.length === 1 ? '1 video' : `${items.length} videos`;
  output.note(`${videos}, about USD ${dollars(total)}${unknown}.`);
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
      const task = await sendPatiently(session, input, ids);
      ids.push(task.id);
      output.result({ type: 'task', task }, wait ? null : task.id);
      if (wait) output.note(`Task ${task.id}${task.label === null ? '' : `  ${task.label}`}`);
    } catch (error) {
      if (!(error instanceof Refusals)) throw error;
      for (const failure of error.failures) output.failure(line === null ? failure : inRow(line, failure));
      codes.push(exitCodes.refused);
      if (error.failures.some(({ code }) => code === 'BUDGET_EXCEEDED')) break;
    }
  }
  if (wait) {
    for (const [index, id] of ids.entries()) {
      output.note(`${index + 1} of ${ids.length}: ${id}`);
      codes.push(await waitForEnd(session, id, { out: null, isOpened: false }));
    }
  }
  return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}

async function sendPatiently(session: Session, input: Record<string, unknown>, taken: readonly string[]) {
  for (;;) {
    try {
      return await sendCommand(session, 'generate', { input });
    } catch (error) {
      const isOnly = (refusal: string) =>
        error instanceof Refusals && error.failures.every(({ code }) => code === refusal);
      const before = isOnly('IDEMPOTENCY_CONFLICT') ? await sentBefore(session, input, taken) : null;
      if (before !== null) return before;
      if (!isOnly('RATE_LIMITED')) throw error;
      await sleep(laterMs, undefined, { signal: session.signal });
    }
  }
}

/**
 * The task of a row that was sent before the command was interrupted. Its files are uploaded again, so that its input is another one
 * under the same key, which proves that there is a task: found by its group, label and prompt. Null for an input without
 * files, and where the row says something else than it did.
 */
async function sentBefore(
  { server }: Session,
  { group, label, prompt, referenceImages }: Record<string, unknown>,
  taken: readonly string[],
): Promise<Task | null> {
  const hasFiles =
    Array.isArray(referenceImages) && referenceImages.some((image) => 'uploadId' in Object(image));
  if (!hasFiles || typeof group !== 'string') return null;
  let found: Task | null = null;
  let after: string | null = null;
  do {
    const variables: Record<string, unknown> = { first: pageSize, after, filter: { group } };
    const page = await server.request(listTasks, variables);
    const { edges, pageInfo }: Page = page.videoTasks;
    for (const { node } of edges) {
      const isRow =
        node.label === (label ?? null) && (typeof prompt !== 'string' || node.prompt.includes(prompt.trim()));
      // They were sent in the order of the rows, and are listed newest first.
      if (isRow && !taken.includes(node.id)) found = node;
    }
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

const refused = (message: string, cause?: unknown) =>
  new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: ['--from'], cause });
