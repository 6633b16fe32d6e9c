import { getNamedType, isLeafType, isObjectType, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { buildSchema } from '../../src/schema/schema.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { local, sampleFullTask } from '../support/sample-task.ts';
import { queryAt } from '../support/start-app.ts';

let server: PushServer;
let id: string;
beforeAll(async () => {
  server = await startPushServer();
  const old = await server.create();
  const { id: taskId } = await server.create({
    ...sampleFullTask(),
    id: randomId() as TaskId,
    owner: local,
    retryOf: old.id,
    deletedAt: null,
  });
  id = toGlobalId(taskId);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A type's fields with everything below them; a task within a task is left with its id. */
function selectionsOf(type: GraphQLObjectType): [name: string, selection: string][] {
  return Object.values(type.getFields()).map(({ name, type: wrapped }) => {
    const named = getNamedType(wrapped);
    if (isLeafType(named)) return [name, name];
    if (!isObjectType(named)) throw new Error(`${name} is neither a leaf nor an object`);
    const below =
      named.name === 'VideoTask'
        ? 'id'
        : selectionsOf(named)
            .map(([, text]) => text)
            .join(' ');
    return [name, `${name} { ${below} }`];
  });
}

const VideoTask = buildSchema().getType('VideoTask');
if (!isObjectType(VideoTask)) throw new Error('There is no VideoTask');
const fields = selectionsOf(VideoTask);

describe('a task of which only what is asked for is read', () => {
  it('has in each field alone what it has among all', async () => {
    const { videoTask: all } = await ask(fields.map(([, selection]) => selection).join(' '));
    const alone: Record<string, unknown> = {};
    for (const [, selection] of fields) Object.assign(alone, (await ask(selection)).videoTask);
    expect(Object.keys(alone)).toEqual(fields.map(([name]) => name));
    expect(settled(alone)).toEqual(settled(all));
  });

  it('has what fragments, aliases, directives and a second mention ask for', async () => {
    const { videoTask } = await queryAt<{ videoTask: Record<string, unknown> }>(
      server.url,
      `query ($id: ID!, $no: Boolean = false) {
        videoTask(id: $id) { ...on Node { ...on VideoTask { state: status } } ...Text videoUrl @include(if: $no) }
        videoTask(id: $id) { made: createdAt __typename }
      }
      fragment Text on VideoTask { prompt ...Place }
      fragment Place on VideoTask { revision }`,
      { id },
    );
    const { videoTask: all } = await ask('status prompt createdAt revision');
    expect(videoTask).toEqual({
      state: all['status'],
      prompt: all['prompt'],
      revision: all['revision'],
      made: all['createdAt'],
      __typename: 'VideoTask',
    });
  });

  it('has it through node, and in two operations of one text that share a mention', async () => {
    const text = `query One($id: ID!) { ...Both }
      query Two($id: ID!) { ...Both videoTask(id: $id) { prompt } node(id: $id) { ...on VideoTask { label } id } }
      fragment Both on Query { videoTask(id: $id) { status } }`;
    const run = async (operationName: string) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, variables: { id }, operationName }),
      });
      return ((await response.json()) as { data: unknown }).data;
    };
    const { videoTask: all } = await ask('status prompt label');
    const { status, prompt, label } = all;
    // Often enough to be compiled.
    for (let times = 0; times < 6; times += 1) {
      expect(await run('One')).toEqual({ videoTask: { status } });
      expect(await run('Two')).toEqual({ videoTask: { status, prompt }, node: { label, id } });
    }
  });
});

const ask = (selection: string) =>
  queryAt<{ videoTask: Record<string, unknown> }>(
    server.url,
    `query ($id: ID!) { videoTask(id: $id) { ${selection} } }`,
    { id },
  );

/** Without what goes on with time. */
const settled = ({ progress, ...task }: Record<string, unknown>) => ({
  ...task,
  progress: { ...(progress as object), elapsedSeconds: null, remainingSeconds: null },
});
