import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kieEntries } from '../../../src/providers/catalogue/kie/kie-entries.ts';
import { entryNamed } from '../../../src/providers/catalogue/model-of-entry.ts';
import { createRequest, type Contract } from '../../../src/providers/kie/submit/create-body.ts';
import type { SubmitRequest } from '../../../src/providers/provider.ts';
import { startKieApp, type KieApp } from '../../support/kie-app.ts';
import { kieProviderAt } from '../../support/kie-provider.ts';
import { startLoopback } from '../../support/loopback.ts';

const request: SubmitRequest = {
  model: 'veo3_fast',
  prompt: 'Ein Boot auf einem Teich',
  images: [],
  imagesAs: 'AUTO',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: 8,
  resolution: 'P720',
  seed: null,
  providerOptions: null,
  callbackUrl: null,
};
const [first, last, third] = [
  'https://a.example/1.png',
  'https://a.example/2.png',
  'https://a.example/3.png',
];

interface Row {
  readonly name: string;
  readonly contract: Contract;
  readonly request: Partial<SubmitRequest>;
  readonly images?: readonly string[];
  readonly path: string;
  readonly body: object;
}

const jobs = '/api/v1/jobs/createTask';
const veo = '/api/v1/veo/generate';
const input = {
  prompt: 'Ein Boot auf einem Teich',
  model: 'veo3_fast',
  generation_type: 'TEXT_2_VIDEO',
  aspect_ratio: '16:9',
  duration: 8,
  resolution: '720p',
  // Prompts in any language are promised; the documents disagree about the default.
  enable_translation: true,
};
const flat = {
  prompt: 'Ein Boot auf einem Teich',
  model: 'veo3_fast',
  generationType: 'TEXT_2_VIDEO',
  aspect_ratio: '16:9',
  duration: 8,
  resolution: '720p',
  enableTranslation: true,
};

/** Shapes: Kie docs, 2026-10 (jobs) and 2026-06 with a recording of 2026-08 (veo). */
const rows: readonly Row[] = [
  { name: 'text on jobs', contract: 'jobs', request: {}, path: jobs, body: { model: 'veo-3-1', input } },
  { name: 'text on veo', contract: 'veo', request: {}, path: veo, body: flat },
  { name: 'text on task, which creates as veo', contract: 'task', request: {}, path: veo, body: flat },
  {
    name: 'a callback on jobs',
    contract: 'jobs',
    request: { callbackUrl: 'https://me.example/callbacks/kie/t' },
    path: jobs,
    body: { model: 'veo-3-1', callBackUrl: 'https://me.example/callbacks/kie/t', input },
  },
  {
    name: 'a callback on veo',
    contract: 'veo',
    request: { callbackUrl: 'https://me.example/callbacks/kie/t' },
    path: veo,
    body: { ...flat, callBackUrl: 'https://me.example/callbacks/kie/t' },
  },
  {
    name: 'first and last frame on jobs',
    contract: 'jobs',
    request: { imagesAs: 'FIRST_AND_LAST_FRAME' },
    images: [first, last],
    path: jobs,
    body: {
      model: 'veo-3-1',
      input: { ...input, generation_type: 'FIRST_AND_LAST_FRAMES_2_VIDEO', image_urls: [first, last] },
    },
  },
  {
    name: 'one frame on veo',
    contract: 'veo',
    request: { imagesAs: 'FIRST_FRAME' },
    images: [first],
    path: veo,
    body: { ...flat, generationType: 'FIRST_AND_LAST_FRAMES_2_VIDEO', imageUrls: [first] },
  },
  {
    name: 'references on veo, small and tall',
    contract: 'veo',
    request: {
      imagesAs: 'REFERENCE',
      model: 'veo3_lite',
      aspectRatio: 'PORTRAIT_9_16',
      resolution: 'P2160',
    },
    images: [first, last, third],
    path: veo,
    body: {
      ...flat,
      model: 'veo3_lite',
      generationType: 'REFERENCE_2_VIDEO',
      imageUrls: [first, last, third],
      aspect_ratio: '9:16',
      resolution: '4k',
    },
  },
  {
    name: 'options beside what is set here',
    contract: 'jobs',
    request: { providerOptions: { watermark: 'Mine', enable_translation: false, new_thing: { deep: [1] } } },
    path: jobs,
    body: {
      model: 'veo-3-1',
      input: { ...input, watermark: 'Mine', enable_translation: false, new_thing: { deep: [1] } },
    },
  },
  {
    name: 'a model that is not listed, whatever the contract',
    contract: 'veo',
    request: {
      model: 'market/model',
      aspectRatio: 'AUTO',
      durationSeconds: null,
      resolution: null,
      providerOptions: { style: 'film', input_urls: [first], duration: '5' },
    },
    path: jobs,
    body: {
      model: 'market/model',
      input: { prompt: 'Ein Boot auf einem Teich', style: 'film', input_urls: [first], duration: '5' },
    },
  },
];

describe('a paid create', () => {
  it.each(rows)('of $name', ({ contract, request: more, images = [], path, body }) => {
    const sent = { ...request, ...more };
    const made = createRequest(contract, entryNamed(kieEntries, sent.model), sent, images);
    expect([made.path, JSON.parse(JSON.stringify(made.body))]).toEqual([path, body]);
  });
});

describe('a submit', () => {
  it('sends nothing rather than leave an image out', async () => {
    let asked = 0;
    await using kie = await startLoopback((_request, response) => {
      asked += 1;
      response.end('{}');
    });
    await using provider = kieProviderAt(kie.url);
    const image = {
      kind: 'upload',
      uploadId: 'u',
      fileName: 'u.png',
      contentType: 'image/png',
      open: () => Promise.resolve(new Blob([])),
    } as const;
    const outcome = await provider.submit(
      { ...request, images: [{ kind: 'url', url: first }, image] },
      { signal: new AbortController().signal, mayStart: () => true },
    );
    expect([outcome.kind, asked]).toEqual(['notSent', 0]);
  });
});

describe('an input', () => {
  let app: KieApp;
  beforeAll(async () => {
    app = await startKieApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const generate = (more: object) =>
    app.as().query<{ generateVideo: { task: { id: string } | null; userErrors: object[] } }>(
      `mutation ($input: GenerateVideoInput!) {
        generateVideo(input: $input) { task { id } userErrors { code field message } }
      }`,
      { input: { prompt: 'A boat', ...more } },
    );
  const images = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ url: `https://a.example/${index}.png` }));

  it.each([
    ['a square', { aspectRatio: 'SQUARE_1_1' }, 'aspectRatio', 'LANDSCAPE_16_9, PORTRAIT_9_16, AUTO'],
    ['360p', { resolution: 'P360' }, 'resolution', 'P720, P1080, P2160'],
    ['five seconds', { durationSeconds: 5 }, 'durationSeconds', '4, 6, 8'],
    ['a seed', { seed: 7 }, 'seed', null],
    [
      'references at four seconds',
      { imagesAs: 'REFERENCE', referenceImages: images(2), durationSeconds: 4 },
      'durationSeconds',
      '8',
    ],
    [
      'three images at six seconds',
      { referenceImages: images(3), durationSeconds: 6 },
      'durationSeconds',
      '8',
    ],
    [
      'references with the quality model',
      { model: 'veo3', imagesAs: 'REFERENCE', referenceImages: images(1) },
      'imagesAs',
      'FIRST_FRAME, FIRST_AND_LAST_FRAME',
    ],
    [
      'three images with the quality model',
      { model: 'veo3', referenceImages: images(3) },
      'referenceImages',
      'FIRST_FRAME: 1, FIRST_AND_LAST_FRAME: 2',
    ],
    [
      'two images as the first frame',
      { imagesAs: 'FIRST_FRAME', referenceImages: images(2) },
      'referenceImages',
      'FIRST_FRAME: 1',
    ],
    [
      'one image as both ends',
      { imagesAs: 'FIRST_AND_LAST_FRAME', referenceImages: images(1) },
      'referenceImages',
      'FIRST_AND_LAST_FRAME: 2',
    ],
    ['references without images', { imagesAs: 'REFERENCE' }, 'imagesAs', null],
  ])('of %s is UNSUPPORTED, by field and with what is allowed', async (_what, more, field, allowed) => {
    const { generateVideo } = await generate(more);
    expect(generateVideo).toEqual({
      task: null,
      userErrors: [
        {
          code: 'UNSUPPORTED',
          field: ['input', field],
          message: expect.stringContaining(allowed === null ? 'Omit it' : `Allowed: ${allowed}.`) as string,
        },
      ],
    });
    expect(app.simulator.stats.createsReceived).toBe(0);
  });

  it.each([
    'prompt',
    'Prompt',
    'imageUrls',
    'image_urls',
    'IMAGE-URLS',
    'callBackUrl',
    'callBackURL',
    'callbackURL',
    'webhook_url',
    'duration',
    'aspectRatio',
    'aspect ratio',
    'seeds',
    'model',
    'num_videos',
    'numVideos',
    'storage',
  ])('whose providerOptions set %s is BAD_INPUT', async (key) => {
    const { generateVideo } = await generate({ providerOptions: { [key]: 'x' } });
    expect(generateVideo).toMatchObject({
      task: null,
      userErrors: [{ code: 'BAD_INPUT', field: ['input', 'providerOptions', key] }],
    });
  });

  it('in every form that the models offer is sent, and completes', async () => {
    await using other = await startKieApp({}, { durationMs: 0 });
    const forms = ['veo3', 'veo3_fast', 'veo3_lite'].flatMap((model) => [
      { model, aspectRatio: 'PORTRAIT_9_16', durationSeconds: 4, resolution: 'P720' },
      { model, aspectRatio: 'AUTO', durationSeconds: 6, resolution: 'P1080' },
      { model, aspectRatio: 'LANDSCAPE_16_9', durationSeconds: 8, resolution: 'P2160' },
    ]);
    const made = await Promise.all(forms.map((form, index) => other.as().make(`boat ${index}`, form)));
    for (const { id } of made) await other.as().untilStage(id, 'COMPLETED');
    expect(other.simulator.stats.createsAccepted).toBe(forms.length);
  });

  it('for another model of the market is passed through by name', async () => {
    const { id } = await app.as().make('A boat', {
      model: 'gemini-omni-video',
      providerOptions: { style: 'film' },
    });
    expect(await app.as().untilStage(id, 'COMPLETED')).toMatchObject({ cost: { settled: true } });
  });
});
