import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { seedTasks } from '../support/seed-tasks.ts';
import { startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const rows = 30_000;

interface Answer {
  readonly videoTasks: {
    readonly edges: readonly { readonly node: { readonly prompt: string } }[];
    readonly pageInfo: {
      readonly startCursor: string | null;
      readonly endCursor: string | null;
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
    };
    readonly totalCount: number;
    readonly totalCountExact: boolean;
  };
}

const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
  videoTasks(first: $first, after: $after, last: $last, before: $before, filter: { search: "the red gold ring" }) {
    edges { node { prompt } }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    totalCount totalCountExact
  }
}`;

test('a search of too much work ends early, says so, and continues with its cursor in both directions', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'reelay.db');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  // No index tells these from a text with all four words in a row: each three words of it are in a row somewhere.
  seedTasks(file, rows, (index) => ({
    prompt: index === 0 ? 'at last the red gold ring' : 'the red gold chain, a red gold ring',
    stage: 'COMPLETED',
    nextAction: null,
    dueAt: null,
  }));
  await using app = await startTestApp({ DATA_DIR: folder.path });
  const read = async (variables: object) => (await app.query<Answer>(query, { ...variables })).videoTasks;
  const prompts = ({ edges }: Answer['videoTasks']) => edges.map(({ node }) => node.prompt);

  const first = await read({ first: 10 });
  expect(first).toMatchObject({
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: expect.any(String) as string },
    totalCount: 0,
    totalCountExact: false,
  });
  const second = await read({ first: 10, after: first.pageInfo.endCursor });
  expect(prompts(second)).toEqual(['at last the red gold ring']);
  expect(second.pageInfo.hasNextPage).toBe(false);

  const oldest = await read({ last: 10 });
  expect(prompts(oldest)).toEqual(['at last the red gold ring']);
  expect(oldest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const before = await read({ last: 10, before: oldest.pageInfo.startCursor });
  expect(before).toMatchObject({ edges: [], pageInfo: { hasPreviousPage: false } });
});
