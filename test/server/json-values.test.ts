import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawSocket } from '../support/raw-socket.ts';
import { startTestApp, type TestApp } from '../support/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const fields = '{ provider userErrors { code field } }';
const inVariables = `query ($o: JSON) { estimateVideo(input: { prompt: "x", providerOptions: $o }) ${fields} }`;
const inInput = `query ($input: GenerateVideoInput!) { estimateVideo(input: $input) ${fields} }`;
const literally = (text: string) =>
  `{ estimateVideo(input: { prompt: "x", providerOptions: ${text} }) ${fields} }`;

const post = async (body: string | FormData, accept = 'application/json') =>
  (await (
    await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { accept, ...(typeof body === 'string' && { 'content-type': 'application/json' }) },
      body,
    })
  ).json()) as Answer;

/** A request as text, since no writer of JSON writes such values. */
const body = (query: string, variables: string) =>
  `{"query":${JSON.stringify(query)},"variables":${variables}}`;

const lanes: Record<string, (options: string) => Promise<Answer>> = {
  'a variable': (options) => post(body(inVariables, `{"o":${options}}`)),
  'a variable of the whole input': (options) =>
    post(body(inInput, `{"input":{"prompt":"x","providerOptions":${options}}}`)),
  'graphql-response+json': (options) =>
    post(body(inVariables, `{"o":${options}}`), 'application/graphql-response+json'),
  'a compiled query': async (options) => {
    for (let uses = 0; uses < 5; uses += 1) await post(body(inVariables, '{"o":{"a":1}}'));
    return post(body(inVariables, `{"o":${options}}`));
  },
  'a GET': async (options) => {
    const parameters = new URLSearchParams({ query: inVariables, variables: `{"o":${options}}` });
    return (await (
      await fetch(`${app.url}/graphql?${parameters}`, { headers: { accept: 'application/json' } })
    ).json()) as Answer;
  },
  'a multipart request': (options) => {
    const form = new FormData();
    form.set('operations', body(inVariables, `{"o":${options}}`));
    form.set('map', '{}');
    return post(form);
  },
  'a socket': async (options) => {
    await using socket = await RawSocket.connect(app.url);
    socket.send(`{"id":"1","type":"subscribe","payload":${body(inVariables, `{"o":${options}}`)}}`);
    const message = await socket.next(({ id, type }) => id === '1' && type !== 'complete');
    return message.type === 'error' ? { errors: message.payload as never } : (message.payload as Answer);
  },
};

describe('values that JSON cannot express are BAD_INPUT with their path', () => {
  describe.each(Object.entries(lanes))('in %s', (_lane, ask) => {
    it.each([
      ['{"a":{"list":[0,1e400]}}', 'a.list.1'],
      ['{"b":-1e999}', 'b'],
      ['{"c":12345678901234567890}', 'c'],
      ['{"d":"\\ud800"}', 'd'],
    ])('%s', async (options, path) => {
      const { data, errors } = await ask(options);
      expect({ data: data ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
        data: null,
        code: 'BAD_INPUT',
      });
      expect(errors?.[0]?.message).toContain(`"${path}"`);
    });

    it('and what it can express passes', async () => {
      const { data, errors } = await ask('{"a":[1.5,-0,1e10,null,true,"\\ud83d\\ude00",{"b":{}}]}');
      expect({ data, errors }).toEqual({
        data: { estimateVideo: { provider: 'SIMULATOR', userErrors: [] } },
        errors: undefined,
      });
    });
  });

  it.each([
    ['{ a: { list: [0, 1e400] } }', 'a.list.1'],
    ['{ b: -1e999 }', 'b'],
    ['{ c: 12345678901234567890 }', 'c'],
  ])('in a literal: %s', async (text, path) => {
    const { errors } = await post(JSON.stringify({ query: literally(text) }));
    expect(errors?.[0]?.extensions?.code).toBe('BAD_INPUT');
    expect(errors?.[0]?.message).toContain(`"${path}"`);
  });

  it.each(['FOO', '{ a: NaN }', '{ a: { list: [1, Infinity] } }', '{ sound: True }'])(
    'as the name of an enum value: %s',
    async (text) => {
      const { data, errors } = await post(JSON.stringify({ query: literally(text) }));
      expect({ data: data ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
        data: null,
        code: 'BAD_INPUT',
      });
    },
  );

  it('in a variable inside of a literal; one that is absent is left out', async () => {
    const query = `query ($x: Float, $y: JSON) { estimateVideo(input: { prompt: "x", providerOptions: { a: $x, b: [$y] } }) ${fields} }`;
    const codes = async (variables: string) =>
      (await post(body(query, variables))).errors?.map(({ extensions }) => extensions?.code);
    expect([
      await codes('{"x":1e400,"y":1}'),
      await codes('{"x":1,"y":[1e400]}'),
      await codes('{"x":1}'),
      await codes('{}'),
      await codes('{"x":1,"y":{"c":1}}'),
    ]).toEqual([['BAD_INPUT'], ['BAD_INPUT'], undefined, undefined, undefined]);
  });
});
