import { readFile } from 'node:fs/promises';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { listProviders, showTask } from '../../client/cli/operations.ts';
import { dataOf } from '../../client/cli/server.ts';

it('a server of a released version that lacks fields is named as the older one, with what it lacks', async () => {
  const file = new URL('../../docs/releases/schema-0.2.0.graphql', import.meta.url);
  const released = buildSchema(await readFile(file, 'utf8'));
  const refusalOf = (query: string) => ({
    errors: validate(released, parse(query)).map(({ message }) => ({
      message,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    })),
  });
  const older = 'The server is of an older version than this program, and does not know ';
  expect(() => dataOf(refusalOf(showTask.query), showTask)).toThrow(
    new RegExp(`^${older}userPrompt, .*group`),
  );
  expect(() => dataOf(refusalOf(listProviders.query), listProviders)).toThrow(
    new RegExp(`^${older}.*\\bmaker\\b`),
  );
});
