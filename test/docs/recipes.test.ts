import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Caller } from '../support/kie-app.ts';
import { startProgram } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of its own, or a replacement in a file, where `$&` is what was found. */
type Edit =
  | readonly [file: string, text: string]
  | readonly [file: string, found: string, replacement: string];

const migrations = 'src/store/migrations/migrations.ts';
const addColumn = (name: string, table: string, column: string): Edit => [
  migrations,
  'Promise.resolve({',
  `$& '${name}': { up: async (db) => {
    await db.schema.alterTable('${table}').addColumn('${column}', 'text').execute();
  } },`,
];

/** An example of each recipe of CONTRIBUTING.md: these edits of these files are enough. */
const recipes: Readonly<Record<string, readonly Edit[]>> = {
  'A setting': [
    [
      'src/config/limits.ts',
      'limitSettings = {',
      `$& exampleBytes: setting('LIMIT_EXAMPLE_BYTES', '7', 'an example', integer(1)),`,
    ],
  ],
  'A field of the input': [
    ['src/domain/video-task.ts', 'readonly seed: number | null;', '$& readonly avoid: string | null;'],
    ['src/domain/video-task.ts', 'seed: null,', '$& avoid: null,'],
    [
      'src/schema/generate-video-input.ts',
      'seed: t.int(',
      `avoid: t.string({ description: 'An example.' }), $&`,
    ],
    ['src/schema/generate-video-input.ts', 'seed: rest.seed', 'avoid: rest.avoid ?? null, $&'],
    ['src/store/tables/tasks.ts', `seed: value('spec.seed'),`, `$& avoid: value('spec.avoid'),`],
    addColumn('9998_example', 'tasks', 'avoid'),
    ['src/providers/catalogue/entry.ts', `'prompt' | 'negativePrompt'`, `'avoid' | $&`],
    ['src/providers/catalogue/entry.ts', 'interface InputFields {', '$& readonly avoid?: TextField;'],
    [
      'src/commands/check-input.ts',
      'checkLabel(input.label, errors);',
      `$& if (input.avoid === '') bad(message('TEXT_MALFORMED', { name: 'avoid' }), 'Say it.', 'avoid');`,
    ],
  ],
  'A column of a table': [
    ['src/store/tables/database.ts', 'export interface IdempotencyRow {', '$& example?: string | null;'],
    addColumn('9999_example', 'idempotency_keys', 'example'),
  ],
  'A market model': [
    [
      'src/providers/catalogue/kie/kling.ts',
      'kling: readonly CatalogueEntry[] = [',
      `$& {
    id: 'example/text-to-video',
    label: 'Example',
    maker: 'Example',
    inputs: {
      prompt,
      audio: 'NEVER',
      aspectRatio,
      durationSeconds: { field: 'length', as: 'string', values: seconds(2, 4), default: 3 },
      resolution: { field: 'size', values: { P480: 'small', P720: 'large' }, default: 'P480' },
    },
    text: {},
    images: { FIRST_FRAME: { min: 1, max: 1, model: 'example/image-to-video', place: images } },
    price: { listedOn: '2026-11-01', per: 'second', credits: { P480: 100, P720: 200 } },
    typicalSeconds: null,
  },`,
    ],
  ],
  'A provider': [
    [
      'src/providers/example/declaration.ts',
      `import { text } from '../../settings/parsers.ts';
import { optionalSetting } from '../../settings/setting.ts';
import type { ProviderDeclaration } from '../declaration.ts';
const exampleSettings = { apiKey: optionalSetting('EXAMPLE_API_KEY', 'an example', text) };
export const example = {
  name: 'EXAMPLE',
  label: 'Example',
  description: 'An example.',
  settings: exampleSettings,
  implementation: null,
} as const satisfies ProviderDeclaration<typeof exampleSettings>;`,
    ],
    ['src/providers/registry.ts', 'import { kie }', `import { example } from './example/declaration.ts'; $&`],
    ['src/providers/registry.ts', 'registry = [kie,', '$& example,'],
  ],
  'A route': [
    [
      'src/server/routes/example.ts',
      `import { respondJson } from '../http/respond.ts';
import type { Exchange } from '../http/route.ts';
export const respondExample = ({ response }: Exchange): void => respondJson(response, 200, { example: true });`,
    ],
    [
      'src/server/routes.ts',
      'import { respondHealthy',
      `import { respondExample } from './routes/example.ts'; $&`,
    ],
    [
      'src/server/routes.ts',
      `{ path: '/healthz'`,
      `{ path: '/example', ...probe, respond: respondExample }, $&`,
    ],
  ],
  'A command': [
    [
      'src/commands/example.ts',
      `import type { Owner, TaskId } from '../domain/video-task.ts';
import type { Commands } from './command-context.ts';
import { unknownTask, type TaskResult } from './task-result.ts';
export async function exampleCommand({ store }: Commands, owner: Owner, id: TaskId): Promise<TaskResult> {
  const task = await store.getOwn(owner, id);
  return task === null ? unknownTask : { task, userErrors: [] };
}`,
    ],
    [
      'src/schema/commands.ts',
      'import { cancelVideoTask }',
      `import { exampleCommand } from '../commands/example.ts'; $&`,
    ],
    [
      'src/schema/commands.ts',
      `builder.mutationField('cancelVideoTask'`,
      `builder.mutationField('exampleCommand', (t) =>
        t.field({
          type: VideoTaskPayload,
          description: 'An example.',
          args: { id: t.arg.id({ required: true, description: 'An example.' }) },
          resolve: (_root, { id }, { tasks, viewer }) => {
            const taskId = fromGlobalId(id);
            return taskId === null ? unknownTask : tasks.write(viewer.owner, exampleCommand, taskId);
          },
        }),
      );
      $&`,
    ],
  ],
  'A metric': [
    [
      'src/metrics/metrics.ts',
      'readonly spend =',
      `readonly examples = this.#counter('reelay_examples_total', 'An example.', ['provider']); $&`,
    ],
    [
      'src/commands/recorder.ts',
      'this.#metrics.transitions.inc(',
      `this.#metrics.examples.inc({ provider: task.provider.name }); $&`,
    ],
  ],
};

/** Copies the sources to a folder and applies all recipes to them. */
async function applyRecipes(folder: string): Promise<void> {
  for (const part of ['src', 'tsconfig.json', 'package.json', 'schema.graphql']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, found, replacement] of Object.values(recipes).flat()) {
    const path = join(folder, file);
    if (replacement === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, found);
    } else {
      const text = await readFile(path, 'utf8');
      if (!text.includes(found)) throw new Error(`${file} no longer has ${found}`);
      await writeFile(path, text.replace(found, replacement));
    }
  }
}

describe('the recipes of CONTRIBUTING.md', () => {
  it('list the files of the examples', async () => {
    const page = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| A '));
    const listed = rows.map((row) => {
      const [, name = '', files = ''] = row.split('|').map((cell) => cell.trim());
      return [name, [...files.matchAll(/`(src\/[^`]+)`/g)].map(([, file = '']) => file)] as const;
    });
    const ofExamples = Object.entries(recipes).map(
      ([name, edits]) =>
        [name, [...new Set(edits.map(([file]) => file.replace('example', 'NAME')))]] as const,
    );
    expect(listed).toEqual(ofExamples);
  });

  it(
    'are complete: with all examples the sources compile, and the server has what they add',
    { timeout: 60_000 },
    async () => {
      await using folder = await temporaryFolder();
      await applyRecipes(folder.path);
      const compiler = join(root, 'node_modules/.bin/tsc');
      const { stdout } = await promisify(execFile)(compiler, ['-p', folder.path]).catch(
        (error: { stdout: string }) => error,
      );
      expect(stdout).toBe('');

      const start = (...args: string[]) => ['node', join(folder.path, 'src/main.ts'), ...args] as const;
      const help = await promisify(execFile)(process.execPath, start('--help').slice(1));
      expect(help.stdout).toMatch(
        /LIMIT_EXAMPLE_BYTES[\s\S]*EXAMPLE_API_KEY|EXAMPLE_API_KEY[\s\S]*LIMIT_EXAMPLE_BYTES/,
      );
      await using server = await startProgram([...start()], {
        PORT: '0',
        DATA_DIR: join(folder.path, 'data'),
      });
      expect(await (await fetch(`${server.url}/example`)).json()).toEqual({ example: true });
      const caller = new Caller(server.url);
      const { generateVideo } = await caller.query<{ generateVideo: { task: { id: string } | null } }>(
        `mutation { generateVideo(input: { prompt: "A ring turns", avoid: "blur" }) { task { id } userErrors { message } } }`,
      );
      const id = generateVideo.task?.id;
      expect(
        await caller.query(
          `{ estimateVideo(input: { prompt: "A ring turns", model: "example/text-to-video", resolution: P720 }) {
               model cost { amount } userErrors { message } } }`,
        ),
      ).toEqual({ estimateVideo: { model: 'example/text-to-video', cost: { amount: 3 }, userErrors: [] } });
      expect(
        await caller.query(
          'mutation ($id: ID!) { exampleCommand(id: $id) { task { id } userErrors { message } } }',
          { id },
        ),
      ).toEqual({ exampleCommand: { task: { id }, userErrors: [] } });
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toMatch(/^reelay_examples_total\{provider="\w+"\} [1-9]/m);
      expect(await caller.query('{ __type(name: "ProviderName") { enumValues { name } } }')).toMatchObject({
        __type: { enumValues: expect.arrayContaining([{ name: 'EXAMPLE' }]) as unknown },
      });
    },
  );
});
