import { readFile } from 'node:fs/promises';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { listProviders, showTask } from '../../client/cli/operations.ts';
import { dataOf } from '../../client/cli/server.ts';

it('a server of a released version that lacks fields is named as the older one, with what it lacks', async () => {
  const file = new URL('../../docs/releases/schema-0.2.0.graphql', import.meta.url);
  const released = buildSchema(await readFile(file, 'utf8'));
  for (const [operation, missing] of [
    [showTask, 'userPrompt'],
    [listProviders, 'maker'],
  ] as const) {
    const errors = validate(released, parse(operation.query)).map(({ message }) => ({
      message,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    }));
    expect(errors.length).toBeGreaterThan(1);
    expect(() => dataOf({ errors }, operation)).toThrow(
      new RegExp(
        `^The server is of an older version than this program, and does not know .*\\b${missing}\\b`,
      ),
    );
  }
});
