import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { codesOf, lanes } from '../support/lanes.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { watchLoop } from '../support/watch-loop.ts';

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer();
  // Each character is six in JSON.
  const prompt = '\u0001'.repeat(10_000);
  await Promise.all(Array.from({ length: 100 }, () => server.create({ owner: 'local' as Owner, prompt })));
});
afterAll(() => server[Symbol.asyncDispose]());

const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: prompt`).join(' ');

describe.each(lanes)('over %s', (_lane, send) => {
  it('an answer that repeats long strings is refused', async () => {
    // Which can be known before anything is read, and which cannot.
    for (const query of [
      `{ videoTasks(first: 100) { edges { node { ${aliases(100)} } } } }`,
      `{ videoTasks(first: 100) { edges { node { ${aliases(20)} } } } }`,
    ]) {
      for (let uses = 0; uses < 5; uses += 1) {
        using loop = watchLoop();
        expect(codesOf(await send(server.url, { query }))).toEqual(['LIMIT_EXCEEDED']);
        // Seconds before, and a gigabyte.
        expect(loop.longestMs()).toBeLessThan(700);
      }
    }
  });

  it('and so are names that it would repeat', async () => {
    const query = `{ videoTasks(first: 100) { edges { node { ${'a'.repeat(20_000)}: id } } } }`;
    expect(codesOf(await send(server.url, { query }))).toEqual(['LIMIT_EXCEEDED']);
  });
});

const input = { prompt: 'a fox', referenceImages: [], providerOptions: {} };
const generate =
  'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { userErrors { field } } }';

it.each([
  [
    { referenceImages: [{ url: `https://images.example/${'x'.repeat(9000)}` }] },
    ['referenceImages', '0', 'url'],
  ],
  [{ providerOptions: { a: 'x'.repeat(33_000) } }, ['providerOptions']],
])('a task keeps nothing without a bound: %#', async (more, field) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: generate, variables: { input: { ...input, ...more } } }),
  });
  expect(await response.json()).toEqual({
    data: { generateVideo: { userErrors: [{ field: ['input', ...field] }] } },
  });
});
