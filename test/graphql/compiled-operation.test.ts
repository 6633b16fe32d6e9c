import { join } from 'node:path';
import {
  execute,
  executeSubscriptionEvent,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
  validateSubscriptionArgs,
  type ExecutionResult,
} from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStore } from '../../src/media/storage/file-store.ts';
import type { Context } from '../../src/schema/context.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { buildSchema } from '../../src/schema/schema.ts';
import { CompiledOperation } from '../../src/graphql/compiled-operation.ts';
import { responseOf } from '../../src/graphql/response.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { TaskId, VideoTask } from '../../src/domain/video-task.ts';
import { readPromptFrames } from '../../src/commands/prompt-frames.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { VideoTasks } from '../../src/commands/video-tasks.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { RandomDocuments, type RandomRequest } from '../support/random-documents.ts';
import { local, sampleFullTask, sampleTask, sampleTime } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const schema = buildSchema();
let context: Context;
let task: VideoTask;
let ids: string[];
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const log = pino({ level: 'silent' });
  // A clock that is still: what changes with time is the same for both engines.
  const now = () => sampleTime + 60_000;
  const providers = [stack.use(kieProviderAt('http://127.0.0.1:9'))];
  const tasks = new VideoTasks({
    store,
    files: await FileStore.open(folder.path, log),
    recorder: new Recorder(store, log, now, new Metrics(log)),
    providers,
    promptFrames: readPromptFrames(),
    promptWriter: null,
    images: { fetch: () => Promise.reject(new Error('There is nothing to fetch')) },
    budgets: new Map(),
    maxUploadBytes: 1_000_000,
    wakeWorker: () => {},
    now,
  });
  const insert = async (values: Parameters<typeof store.insert>[0]) => {
    const result = await store.insert(values, null);
    if (result.kind !== 'inserted') throw new Error(result.kind);
    return result.task;
  };
  const first = await insert(sampleTask({ id: randomId() as TaskId }));
  task = await insert({
    ...sampleFullTask(),
    id: randomId() as TaskId,
    owner: local,
    retryOf: first.id,
    deletedAt: null,
  });
  ids = [first, task].map(({ id }) => toGlobalId(id));
  context = {
    tasks,
    store,
    providers,
    health: () => 'UP',
    isKeyRefused: () => false,
    mediaUrl: (key) => `http://127.0.0.1/media/${key}`,
    shareUrl: (key) => key,
    mediaRetentionMs: null,
    viewer: { owner: local },
  };
});
afterAll(() => stack.disposeAsync());

const toText = (result: ExecutionResult): string => JSON.stringify(responseOf(result));

/** What graphql-js answers. */
async function expected(request: RandomRequest, kind: 'query' | 'subscription'): Promise<ExecutionResult> {
  const args = {
    schema,
    document: parse(request.query),
    contextValue: context,
    variableValues: request.variables,
    operationName: request.operationName,
  };
  if (kind === 'query') return execute(args);
  const validated = validateSubscriptionArgs({ ...args, rootValue: task });
  return 'schema' in validated ? executeSubscriptionEvent(validated) : { errors: validated };
}

/** What the compiled operation answers on each of several runs; null where it leaves the operation to graphql-js. */
async function compiled(request: RandomRequest, kind: 'query' | 'subscription'): Promise<(string | null)[]> {
  const document = parse(request.query, { noLocation: true });
  // The other operation of the text is compiled first: they share their fragments.
  const operations = ['Two', 'One', null].flatMap((name) => {
    const definition = getOperationAST(document, name);
    return definition ? [{ name, operation: new CompiledOperation(schema, document, definition) }] : [];
  });
  const root = kind === 'query' ? undefined : task;
  for (const { operation } of operations) {
    for (let uses = 0; uses < 4; uses += 1) await operation.run(root, context, request.variables);
  }
  const chosen = operations.find(({ name }) => name === request.operationName);
  if (chosen === undefined) throw new Error(`There is no operation ${request.operationName}`);
  const answers: (string | null)[] = [];
  for (let uses = 0; uses < 2; uses += 1) {
    const result = await chosen.operation.run(root, context, request.variables);
    answers.push(result === null ? null : toText(result));
  }
  return answers;
}

describe('compiled operations answer as graphql-js does', () => {
  it.each([
    ['query', 1200],
    ['subscription', 1200],
  ] as const)('to each %s of random documents', async (kind, count) => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const documents = new RandomDocuments(schema, seed, ids);
    let [valid, fast] = [0, 0];
    for (let index = 0; index < count; index += 1) {
      const request = documents.request(kind);
      if (validate(schema, parse(request.query), specifiedRules).length > 0) continue;
      valid += 1;
      const answers = await compiled(request, kind);
      if (answers.every((answer) => answer === null)) continue;
      fast += 1;
      const text = toText(await expected(request, kind));
      expect(answers, `seed ${seed}, document ${index}: ${JSON.stringify(request)}`).toEqual([text, text]);
    }
    // Otherwise nothing is compared.
    expect({ seed, valid: valid > count * 0.7, fast: fast > count * 0.2 }).toEqual({
      seed,
      valid: true,
      fast: true,
    });
  });
});
