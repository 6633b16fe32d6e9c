import packageFacts from '../../package.json' with { type: 'json' };
import { Argument, Command, Option } from '@commander-js/extra-typings';
import { createAndWait, sendCommand } from './command.ts';
import { copyDatabase } from './copy.ts';
import { serve } from './serve.ts';
import { checkOut } from './download.ts';
import { downloadAll } from './download-all.ts';
import { showEstimate } from './estimate.ts';
import { exitCodeMeanings, exitCodes, Failure, Refusals, type ExitCode } from './failure.ts';
import { enumValue } from './names.ts';
import {
  generateInput,
  newIdempotencyKey,
  parseText,
  providerNames,
  parseWhole,
  withInput,
} from './input.ts';
import { list } from './list.ts';
import { deleteTask, readTask } from './operations.ts';
import { showProviders } from './providers.ts';
import { throwUserErrors } from './server.ts';
import { show } from './show.ts';
import { approve, sendSeveral, variantsOf } from './several.ts';
import { itemsOfTable } from './table-items.ts';
import type { Session, SharedOptions } from './session.ts';
import { waitForEnd } from './wait.ts';

const statuses = ['queued', 'processing', 'completed', 'failed', 'canceled'] as const;

/** Runs the work of a command in a session, and sets the exit code. */
export type Run = (options: SharedOptions, work: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Declares the commands, their options and their help. */
export function createProgram(run: Run): Command {
  // Usage errors are thrown, so that they end with the exit code of refused input.
  const program = new Command('reelay')
    .description('Make videos with a Reelay server and follow their progress.')
    .version(packageFacts.version)
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .addHelpText('after', helpOfAll);
  const add = (name: string, description: string) => shared(program.command(name)).description(description);

  withWait(
    shared(withInput(program.command('generate')))
      .description('make a video and wait for it')
      .option(
        '--idempotency-key <text>',
        'repeat a call with the same key to get the same task, without paying again',
        parseText,
      )
      .addOption(
        new Option('-n, --count <number>', 'variants to make of the same input').choices([
          '1',
          '2',
          '3',
          '4',
        ]),
      )
      .option('--from <file>', 'make a video of each row of a table (CSV): SKU, prompt, image, options')
      .option('-y, --yes', 'send the videos of a table without asking for approval of their total price'),
  ).action((prompt, options) =>
    run(options, async (session) => {
      const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey();
      if (options.from !== undefined) {
        const { items, wrong } = await itemsOfTable(session, options.from, prompt, options, idempotencyKey);
        await approve(session, items, options.yes === true, wrong);
        session.output.note(`After an interruption, add: --idempotency-key ${idempotencyKey}`);
        return sendSeveral(session, options, items);
      }
      const count = Number(options.count ?? 1);
      if (count > 1) {
        const input = await generateInput(session, prompt, options);
        const inputs = variantsOf(input, count, idempotencyKey, `v-${idempotencyKey}`.slice(0, 64));
        return sendSeveral(
          session,
          options,
          inputs.map((each) => ({ line: null, input: each })),
        );
      }
      return createAndWait(session, options, async () => {
        const input = await generateInput(session, prompt, options);
        return sendCommand(session, 'generate', { input: { ...input, idempotencyKey } });
      });
    }),
  );

  shared(withInput(program.command('estimate')))
    .description('show what generate would cost and how long it would take')
    .action((prompt, options) => run(options, (session) => showEstimate(session, prompt, options)));

  program
    .command('serve')
    .description('run a server in the current folder, with the settings of its .env')
    .action(serve);

  program
    .command('copy')
    .description('copy the database of a stopped server to PostgreSQL')
    .requiredOption('--from <url>', 'sqlite:PATH')
    .requiredOption('--to <url>', 'postgres://USER:PASSWORD@HOST:PORT/DATABASE')
    .action(copyDatabase);

  add('watch', 'wait for a task')
    .argument('<id>', 'the id of the task')
    .option('-o, --out <file>', 'save the video under this name')
    .option('--open', openMeaning)
    .action((id, options) =>
      run(options, async (session) => {
        const { out, open } = options;
        const path = out === undefined ? null : await checkOut(session.environment.folder, out);
        return waitForEnd(session, id, { out: path, isOpened: open === true });
      }),
    );

  add('show', 'show all facts of a task: status, hint, error, cost, input, history, links')
    .argument('<id>', 'the id of the task')
    .option('--open', openMeaning)
    .action((id, options) => run(options, (session) => show(session, id, options)));

  add('list', 'list tasks, newest first')
    .option('-n, --limit <count>', 'maximum number of tasks', parseWhole, 20)
    .addOption(new Option('-s, --status <status...>', 'only tasks with these statuses').choices(statuses))
    .option('-q, --search <text>', 'only tasks with this text in prompt, label or ids')
    .option('-l, --label <text>', 'only tasks with exactly this label')
    .option('-g, --group <text>', 'only tasks of this group')
    .action((options) =>
      run(options, (session) => list(session, { ...options, status: options.status?.map(enumValue) })),
    );

  add('download', 'save all finished videos in a folder; files that are there completely are skipped')
    .option('--all', 'all finished videos of yours')
    .option('--since <date>', 'only those that ended since a date (2026-11-28, UTC) or an age (12h, 7d, 2w)')
    .option('-l, --label <text>', 'only those with exactly this label')
    .option('-g, --group <text>', 'only those of this group')
    .option('-o, --out <folder>', 'folder to save them in, made if missing [the current folder]')
    .action((options) => run(options, (session) => downloadAll(session, options)));

  add('cancel', 'cancel a task; it is billed if it has been sent')
    .argument('<id>', 'the id of the task')
    .action((id, options) => run(options, (session) => cancel(session, id)));

  withWait(add('retry', 'make a new task with the input of an ended one and wait for it'))
    .argument('<id>', 'the id of the ended task')
    .action((id, options) =>
      run(options, (session) =>
        createAndWait(session, options, () =>
          sendCommand(session, 'retry', { id, key: newIdempotencyKey() }),
        ),
      ),
    );

  withWait(add('track', 'follow a task that was made elsewhere and wait for it'))
    .addArgument(new Argument('<provider>', 'provider of the task').choices(providerNames))
    .argument('<id>', "the provider's id of the task")
    .option('-m, --model <id>', 'its model, if known')
    .option('-l, --label <text>', 'your own note', parseText)
    .action((provider, providerTaskId, options) =>
      run(options, (session) =>
        createAndWait(session, options, () => {
          const { model, label } = options;
          const input = { provider: enumValue(provider), providerTaskId, model, label };
          return sendCommand(session, 'track', { input });
        }),
      ),
    );

  add('resolve', 'resolve a submission of unknown outcome')
    .argument('<id>', 'the id of the task')
    .option('--provider-task-id <id>', 'the provider has it under this id: the task continues')
    .option('--give-up', 'the provider does not have it, or stop waiting: the task fails')
    .option('--resubmit', 'fail this task and send a new one, even if both are billed')
    .action((id, options) => run(options, (session) => resolve(session, id, options)));

  add('delete', 'delete an ended task and its video')
    .argument('<id>', 'the id of the task')
    .action((id, options) => run(options, (session) => remove(session, id)));

  add('providers', 'list providers, their models and capabilities').action((options) =>
    run(options, showProviders),
  );
  return program;
}

const openMeaning = "open the finished video in the system's browser";

const shared = <Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) =>
  command
    .option('--server <url>', 'URL of the server [REELAY_URL, otherwise http://127.0.0.1:8000]')
    .option('--reconnect <seconds>', 'how long to retry a lost connection', parseWhole, 120)
    .option('--json', 'print one JSON document per line on stdout, and nothing else');

const withWait = <Args extends unknown[], Options extends Record<string, unknown>>(
  command: Command<Args, Options>,
) =>
  command
    .option('-o, --out <file>', 'save the video under this name')
    .option('--open', openMeaning)
    .option('--no-wait', 'print the id of the task and exit');

/** Succeeds again for a task that is canceled already: the response to the first call may have been lost. */
async function cancel(session: Session, id: string): Promise<ExitCode> {
  const { output, server } = session;
  try {
    const task = await sendCommand(session, 'cancel', { id });
    output.result({ type: 'task', task }, null);
    output.note(`Canceled. ${task.hint ?? 'It was not sent, and nothing is billed.'}`);
  } catch (error) {
    const isEnded = error instanceof Refusals && error.failures.some(({ code }) => code === 'NOT_CANCELABLE');
    const { videoTask } = isEnded ? await server.request(readTask, { id }) : { videoTask: null };
    if (videoTask?.status !== 'CANCELED') throw error;
    output.result({ type: 'task', task: videoTask }, null);
    output.note('It was already canceled.');
  }
  return exitCodes.done;
}

interface ResolveOptions {
  readonly providerTaskId?: string | undefined;
  readonly giveUp?: true | undefined;
  readonly resubmit?: true | undefined;
}

async function resolve(session: Session, id: string, options: ResolveOptions): Promise<ExitCode> {
  const { providerTaskId, giveUp, resubmit } = options;
  const resolution = {
    ...(providerTaskId !== undefined && { providerTaskId }),
    ...(giveUp && { giveUp }),
    ...(resubmit && { resubmit }),
  };
  if (Object.keys(resolution).length !== 1) {
    const message = 'Give exactly one of --provider-task-id, --give-up and --resubmit.';
    throw new Failure(exitCodes.refused, 'BAD_INPUT', message, { field: ['resolution'] });
  }
  const task = await sendCommand(session, 'resolve', { id, resolution });
  session.output.result({ type: 'task', task }, task.id);
  session.output.note(
    task.status === 'FAILED'
      ? 'The task was given up.'
      : `The task continues:\n  ${session.commandLine(`watch ${task.id}`)}`,
  );
  return exitCodes.done;
}

async function remove({ server, output }: Session, id: string): Promise<ExitCode> {
  const { deleteVideoTask } = await server.request(deleteTask, { id });
  throwUserErrors(deleteVideoTask.userErrors);
  output.result({ type: 'deleted', id }, null);
  output.note('The task and its video were deleted. Its cost still counts.');
  return exitCodes.done;
}

function helpOfAll(): string {
  const codes = Object.entries(exitCodeMeanings).map(
    ([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`,
  );
  return `
Environment variables:
  REELAY_URL      URL of the server [http://127.0.0.1:8000]
  REELAY_API_KEY  your key, if the server requires one. There is no option for it, because
                  arguments are visible in process lists and in the history of the shell.

Exit codes:
${codes.join('\n')}

Ctrl-C while waiting leaves the task running and prints the command that resumes waiting.
`;
}
