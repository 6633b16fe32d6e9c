import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Caller, taken } from '../../support/kie-app.ts';
import { startLoopback, type Loopback } from '../../support/loopback.ts';
import { startTestApp, type TestApp } from '../../support/start-app.ts';
import { waitFor } from '../../support/wait-for.ts';

let kie: Loopback;
let app: TestApp;
const creates: { model: string; input: Record<string, unknown> }[] = [];
beforeAll(async () => {
  let count = 0;
  kie = await startLoopback((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      count += 1;
      const isCreate = request.url === '/api/v1/jobs/createTask';
      if (isCreate) creates.push(JSON.parse(text) as (typeof creates)[number]);
      const data = isCreate ? { taskId: count.toString(16).padStart(32, '0') } : { state: 'waiting' };
      response.end(JSON.stringify({ code: 200, msg: 'success', data }));
    });
  });
  app = await startTestApp({ KIE_API_KEY: 'k', KIE_BASE_URL: kie.url });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await kie[Symbol.asyncDispose]();
});
beforeEach(() => void creates.splice(0));

const image = { url: 'https://a.example/1.png' };

/** What is sent for an input, and the task as the API has it. */
async function send(input: Record<string, unknown>) {
  const { id } = taken(await new Caller(app.url).generate({ prompt: 'A ring turns', ...input }));
  await waitFor(
    'the create',
    () => Promise.resolve(creates.length),
    (count) => count === 1,
  );
  const { videoTask } = await app.query<{ videoTask: object }>(
    `query ($id: ID!) { videoTask(id: $id) {
       model aspectRatio durationSeconds resolution negativePrompt audio } }`,
    { id },
  );
  return { sent: creates[0], task: videoTask };
}

describe('a task', () => {
  it('of a product with an image model has the string that was sent', async () => {
    const more = { audio: true, durationSeconds: 10, referenceImages: [image] };
    expect(await send({ model: 'kling-2.6/text-to-video', ...more })).toEqual({
      sent: {
        model: 'kling-2.6/image-to-video',
        input: { prompt: 'A ring turns', image_urls: [image.url], sound: true, duration: '10' },
      },
      task: {
        model: 'kling-2.6/image-to-video',
        aspectRatio: 'AUTO',
        durationSeconds: 10,
        resolution: 'P1080',
        negativePrompt: null,
        audio: true,
      },
    });
  });

  it('keeps its negative prompt, and nine references where the model takes them', async () => {
    const { sent, task } = await send({ model: 'wan/2-7-text-to-video', negativePrompt: ' blur ' });
    expect(sent?.input).toMatchObject({ negative_prompt: 'blur' });
    expect(task).toMatchObject({ negativePrompt: 'blur', audio: null, resolution: 'P1080' });
    creates.splice(0);
    const referenceImages = Array.from({ length: 9 }, () => image);
    const many = await send({ model: 'bytedance/seedance-2', referenceImages });
    expect(many.sent?.input['reference_image_urls']).toHaveLength(9);
  });

  it('of a model that is not listed is sent as its caller named it, without the word that allows it', async () => {
    const providerOptions = { allowUnlistedModel: true, image_urls: [image.url], duration: '5', seed: 3 };
    expect(await send({ model: 'kling-2.7/text-to-video', providerOptions })).toMatchObject({
      sent: {
        model: 'kling-2.7/text-to-video',
        input: { prompt: 'A ring turns', image_urls: [image.url], duration: '5', seed: 3 },
      },
      task: { model: 'kling-2.7/text-to-video', aspectRatio: 'AUTO', durationSeconds: null },
    });
    expect(Object.keys(creates[0]?.input ?? {})).toEqual(['prompt', 'image_urls', 'duration', 'seed']);
  });

  it.each([
    ['a near name', { model: 'kling-2.7/text-to-video' }, 'UNSUPPORTED', 'model'],
    [
      'an image model without images',
      { model: 'kling-2.6/image-to-video' },
      'UNSUPPORTED',
      'referenceImages',
    ],
    ['no sound of a model that has it', { audio: false }, 'UNSUPPORTED', 'audio'],
    ['a prompt that is too short', { model: 'bytedance/seedance-2', prompt: 'ab' }, 'UNSUPPORTED', 'prompt'],
    ['a prompt that is too long', { model: 'runway', prompt: 'x'.repeat(1801) }, 'UNSUPPORTED', 'prompt'],
    [
      'a prompt that is too long with its frame',
      { model: 'runway', prompt: 'x'.repeat(1800), useCase: 'LUXURY_BRAND' },
      'UNSUPPORTED',
      'prompt',
    ],
    [
      'a negative prompt that is too long',
      { model: 'wan/2-7-text-to-video', negativePrompt: 'x'.repeat(501) },
      'UNSUPPORTED',
      'negativePrompt',
    ],
    [
      'ten references of nine',
      { model: 'bytedance/seedance-2', referenceImages: Array.from({ length: 10 }, () => image) },
      'UNSUPPORTED',
      'referenceImages',
    ],
    [
      '51 images',
      { referenceImages: Array.from({ length: 51 }, () => image) },
      'BAD_INPUT',
      'referenceImages',
    ],
    ['a mode', { model: 'kling-3.0/video', providerOptions: { mode: 'pro' } }, 'BAD_INPUT', 'mode'],
    ['an image of a listed model', { providerOptions: { imageUrls: [image.url] } }, 'BAD_INPUT', 'imageUrls'],
  ])('with %s is refused, and nothing is sent', async (_what, input, code, field) => {
    const { task, userErrors } = await new Caller(app.url).generate({ prompt: 'A ring turns', ...input });
    expect([task, userErrors.map((error) => [error.code, error.field?.at(-1)])]).toEqual([
      null,
      [[code, field]],
    ]);
    expect(creates).toEqual([]);
  });
});
