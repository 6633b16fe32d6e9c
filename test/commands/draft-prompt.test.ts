import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWrittenPrompt } from '../../src/providers/google/text/written-prompt.ts';
import { startGoogleApp, type GoogleApp } from '../support/google-app.ts';
import { startLoopback, type Loopback } from '../support/loopback.ts';
import { startTestApp } from '../support/start-app.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

const operation = `mutation ($input: DraftPromptInput!) {
  draftPrompt(input: $input) { prompt userErrors { code message field } }
}`;

interface Drafted {
  readonly prompt: string | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly message: string;
    readonly field: unknown;
  }[];
}

let host: Loopback;
let app: GoogleApp;
beforeAll(async () => {
  host = await startLoopback((request, response) => {
    if (request.url === '/gone.png') response.writeHead(404).end();
    else if (request.url === '/page.html') response.end('<html></html>');
    else response.end(png);
  });
  app = await startGoogleApp({ FETCH_ALLOW_HOSTS: host.host });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

const draft = async (input: object): Promise<Drafted> =>
  (await app.as().query<{ draftPrompt: Drafted }>(operation, { input })).draftPrompt;
const picture = () => ({ url: `${host.url}/a.png` });

describe('draftPrompt', () => {
  it('writes a prompt from uploads and addresses, and makes no video', async () => {
    const uploadId = (await upload(app.url, png)).body.data?.uploadReferenceImage.image?.uploadId;
    const before = app.simulator.stats;
    const drafted = await draft({
      referenceImages: [{ uploadId }, picture()],
      useCase: 'PRODUCT_VIDEO',
      notes: 'slowly',
    });
    expect(drafted).toEqual({
      prompt: 'The camera moves slowly around the subject of 2 picture(s) in soft light.',
      userErrors: [],
    });
    const { drafts, createsReceived } = app.simulator.stats;
    expect([drafts - before.drafts, createsReceived - before.createsReceived]).toEqual([1, 0]);
    const { videoTasks } = await app
      .as()
      .query<{ videoTasks: { totalCount: number } }>('{ videoTasks { totalCount } }');
    expect(videoTasks.totalCount).toBe(0);
  });

  it('is not there without a key, and says so', async () => {
    await using other = await startTestApp();
    const available = '{ viewer { canDraftPrompt } }';
    expect(await other.query(available)).toEqual({ viewer: { canDraftPrompt: false } });
    expect(await app.as().query(available)).toEqual({ viewer: { canDraftPrompt: true } });
    const { draftPrompt } = await other.query<{ draftPrompt: Drafted }>(operation, {
      input: { referenceImages: [{ url: 'https://x.test/a.png' }] },
    });
    expect(draftPrompt).toMatchObject({
      prompt: null,
      userErrors: [{ code: 'PROVIDER_NOT_CONFIGURED', field: null }],
    });
  });

  it.each([
    [{ referenceImages: [] }, 'BAD_INPUT', ['referenceImages']],
    [
      { referenceImages: Array.from({ length: 11 }, () => ({ url: 'https://x.test/a' })) },
      'BAD_INPUT',
      ['referenceImages'],
    ],
    [{ referenceImages: [{ url: 'https://u:p@x.test/a' }] }, 'BAD_INPUT', ['referenceImages', '0', 'url']],
    [{ referenceImages: [{ uploadId: 'no' }] }, 'NOT_FOUND', ['referenceImages', '0', 'uploadId']],
    [
      { referenceImages: [{ url: 'http://169.254.169.254/a' }] },
      'BAD_INPUT',
      ['referenceImages', '0', 'url'],
    ],
    [{ referenceImages: [{ url: 'HOST/gone.png' }] }, 'BAD_INPUT', ['referenceImages', '0', 'url']],
    [
      { referenceImages: [{ url: 'HOST/a.png' }, { url: 'HOST/page.html' }] },
      'BAD_INPUT',
      ['referenceImages', '1', 'url'],
    ],
    [{ referenceImages: [{ url: 'HOST/a.png' }], notes: 'x'.repeat(10_001) }, 'BAD_INPUT', ['notes']],
  ])('asks nobody about what cannot be sent: %j', async (input, code, path) => {
    const before = app.simulator.stats.drafts;
    const given: unknown = JSON.parse(JSON.stringify(input).replaceAll('HOST', host.url));
    const { prompt, userErrors } = await draft(given as object);
    expect(prompt).toBeNull();
    expect(userErrors.map((error) => [error.code, error.field])).toEqual([[code, ['input', ...path]]]);
    expect(app.simulator.stats.drafts).toBe(before);
  });

  it.each([
    ['blocked', 'BAD_INPUT'],
    ['empty', 'PROVIDER_FAILED'],
    ['cut', 'PROVIDER_FAILED'],
    ['page', 'PROVIDER_FAILED'],
    ['429', 'PROVIDER_FAILED'],
    ['503', 'PROVIDER_FAILED'],
  ])('asks once, and says what came of it: %s', async (how, code) => {
    const before = app.simulator.stats.drafts;
    const { userErrors } = await draft({ referenceImages: [picture()], notes: `[sim:google-draft=${how}]` });
    expect(userErrors).toMatchObject([{ code }]);
    expect(userErrors[0]?.message).not.toContain('sk-gemini-secret');
    expect(app.simulator.stats.drafts).toBe(before + 1);
  });

  it('takes three at once from an owner, and more when one has ended', async () => {
    await using busy = await startGoogleApp({ FETCH_ALLOW_HOSTS: host.host });
    const ask = async (notes: string) =>
      (
        await busy.as().query<{ draftPrompt: Drafted }>(operation, {
          input: { referenceImages: [picture()], notes },
        })
      ).draftPrompt;
    const hanging = [1, 2, 3].map(() => ask('[sim:google-draft=hang]').catch(() => null));
    await waitFor('three requests', () => Promise.resolve(busy.simulator.stats.drafts === 3));
    expect((await ask('more')).userErrors).toMatchObject([{ code: 'RATE_LIMITED' }]);
    await busy.simulator[Symbol.asyncDispose]();
    const ended = await Promise.all(hanging);
    expect(ended.map((each) => each?.userErrors[0]?.code)).toEqual(Array(3).fill('PROVIDER_FAILED'));
    expect((await ask('more')).userErrors).toMatchObject([{ code: 'PROVIDER_FAILED' }]);
  });
});

describe('an answer of the language model', () => {
  const answer = (parts: unknown, more: object = {}) => ({ candidates: [{ content: { parts }, ...more }] });
  it.each([
    ['text', answer([{ text: ' A cat. ' }]), { kind: 'written', text: 'A cat.' }],
    ['parts', answer([{ text: 'A ' }, { text: 'cat.' }]), { kind: 'written', text: 'A cat.' }],
    [
      'a thought',
      answer([{ text: 'Hm', thought: true }, { text: 'A cat.' }]),
      { kind: 'written', text: 'A cat.' },
    ],
    ['quotes', answer([{ text: '"A cat."' }]), { kind: 'written', text: 'A cat.' }],
    ['a fence', answer([{ text: '```text\nA cat.\n```' }]), { kind: 'written', text: 'A cat.' }],
    ['safety', answer([], { finishReason: 'SAFETY' }), { kind: 'filtered' }],
    ['an end of the tokens', answer([], { finishReason: 'MAX_TOKENS' }), { kind: 'unavailable' }],
    ['nothing', {}, { kind: 'unavailable' }],
    ['a list', [], { kind: 'unavailable' }],
    ['a text that is no text', answer([{ text: 7 }, null, 'x']), { kind: 'unavailable' }],
  ])('is read: %s', (_name, json, read) => {
    expect(readWrittenPrompt({ status: 200, json, text: '', retryAfterMs: null })).toMatchObject(read);
  });

  it('is never longer than a prompt may be', () => {
    const json = answer([{ text: '🐈'.repeat(9000) }]);
    const read = readWrittenPrompt({ status: 200, json, text: '', retryAfterMs: null });
    expect(read.kind === 'written' && read.text.length).toBe(10_000);
  });
});
