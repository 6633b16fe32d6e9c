import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, taken, type KieApp } from '../support/kie-app.ts';

let app: KieApp;
beforeAll(async () => {
  app = await startKieApp({ KIE_CREATES_PER_10S: '1' });
});
afterAll(() => app[Symbol.asyncDispose]());

const ring = '💍';
const codes = ({ userErrors }: { userErrors: readonly { code: string; field?: unknown }[] }) =>
  userErrors.map(({ code, field }) => [code, field]);

describe('an input of generateVideo', () => {
  it.each([
    ['a prompt of 10,001 characters', 'prompt', ring.repeat(10_001)],
    ['a prompt with half a character', 'prompt', 'A ring \ud800 turns'],
    ['a prompt with a NUL', 'prompt', 'A ring\0'],
    ['a label of 201 characters', 'label', ring.repeat(201)],
    ['a label with half a character', 'label', '\udbff'],
    ['a group of 65 characters', 'group', ring.repeat(65)],
    ['a group with a NUL', 'group', 'a\0'],
    ['a key of 256 characters', 'idempotencyKey', ring.repeat(256)],
    ['a key with half a character', 'idempotencyKey', '\ud800'],
    ['a key of two lines', 'idempotencyKey', 'one\ntwo'],
    ['an empty key', 'idempotencyKey', ''],
    ['an empty model', 'model', ''],
    ['a blank model', 'model', ' '],
    ['a model of two words', 'model', 'veo3 fast'],
    ['a model of 201 characters', 'model', 'x'.repeat(201)],
  ])('with %s is BAD_INPUT, and so says its estimate', async (_what, field, value) => {
    const input = { prompt: 'A ring', [field]: value };
    expect(codes(await app.as().generate(input))).toEqual([['BAD_INPUT', ['input', field]]]);
    const { estimateVideo } = await app
      .as()
      .query<{ estimateVideo: { userErrors: { code: string; field: string[] }[] } }>(
        'query ($input: GenerateVideoInput!) { estimateVideo(input: $input) { userErrors { code field } } }',
        { input },
      );
    expect(codes(estimateVideo)).toEqual([['BAD_INPUT', ['input', field]]]);
  });

  it('counts characters, however many places they take', async () => {
    const input = {
      prompt: ring.repeat(10_000),
      label: ring.repeat(200),
      group: ring.repeat(64),
      idempotencyKey: ring.repeat(255),
    };
    const task = taken(await app.as().generate(input));
    expect([task.prompt, task.userPrompt, task.label, task.group]).toEqual([
      input.prompt,
      input.prompt,
      input.label,
      input.group,
    ]);
    expect(taken(await app.as().generate(input)).id).toBe(task.id);
  });

  it('has its image addresses sent as URLs are written', async () => {
    const given = ['HTTPS://X.test/a.png', 'https://x.test/a%20b.png', 'https://x.test/ü.png'];
    const { id } = await app.as().make('A ring', { referenceImages: given.map((url) => ({ url })) });
    const { videoTask } = await app
      .as()
      .query<{ videoTask: unknown }>('query ($id: ID!) { videoTask(id: $id) { referenceImages { url } } }', {
        id,
      });
    expect(videoTask).toEqual({
      referenceImages: [
        { url: 'https://x.test/a.png' },
        { url: 'https://x.test/a%20b.png' },
        { url: 'https://x.test/%C3%BC.png' },
      ],
    });
  });

  it('is the same input under a key with the defaults of the schema written out', async () => {
    const idempotencyKey = 'defaults';
    const task = await app.as().make('A ring', { idempotencyKey });
    const written = { prompt: 'A ring', idempotencyKey, label: null, aspectRatio: 'LANDSCAPE_16_9' };
    expect(taken(await app.as().generate(written)).id).toBe(task.id);
    expect(codes(await app.as().generate({ ...written, resolution: 'P720' }))).toEqual([
      ['IDEMPOTENCY_CONFLICT', ['input', 'idempotencyKey']],
    ]);
  });
});

describe('what a client shows before and after it pays', () => {
  it('is the prompt with its frame, and everything that a form needs to ask for the same again', async () => {
    const caller = app.as();
    const settings = { seed: 12_345, providerOptions: { a: [1] } };
    const input = {
      prompt: 'A ring',
      useCase: 'GEMSTONE_CLOSEUP',
      model: 'wan/2-7-text-to-video',
      ...settings,
    };
    const { estimateVideo } = await caller.query<{ estimateVideo: { prompt: string } }>(
      'query ($input: GenerateVideoInput!) { estimateVideo(input: $input) { prompt } }',
      { input },
    );
    expect(estimateVideo.prompt).toMatch(/^A macro close-up of a gemstone\.[^]*\n\nA ring$/);
    const { id } = taken(await caller.generate(input));
    const { videoTask } = await caller.query<{ videoTask: unknown }>(
      'query ($id: ID!) { videoTask(id: $id) { prompt seed imagesAs providerOptions } }',
      { id },
    );
    expect(videoTask).toEqual({
      prompt: estimateVideo.prompt,
      imagesAs: 'AUTO',
      ...settings,
    });
  });
});

describe('other commands', () => {
  it('hold keys and models to the same', async () => {
    const caller = app.as();
    const nobodys = `task_${'A'.repeat(22)}`;
    const retry = (key: string) =>
      caller.call('retryVideoTask', { id: ['ID!', nobodys], idempotencyKey: ['String', key] });
    expect([
      codes(await retry('k'.repeat(256))),
      codes(await retry('\ud800')),
      codes(await retry('')),
      codes(await caller.track('x', { model: ' ' })),
      codes(await caller.track('x', { label: '\ud800' })),
    ]).toEqual([
      [['BAD_INPUT', ['idempotencyKey']]],
      [['BAD_INPUT', ['idempotencyKey']]],
      [['BAD_INPUT', ['idempotencyKey']]],
      [['BAD_INPUT', ['input', 'model']]],
      [['BAD_INPUT', ['input', 'label']]],
    ]);
  });
});
