import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kieModels } from '../../../src/providers/kie/models.ts';
import { startKieApp, type KieApp } from '../../support/kie-app.ts';

let app: KieApp;
beforeAll(async () => {
  app = await startKieApp({}, { durationMs: 0 });
});
afterAll(() => app[Symbol.asyncDispose]());

const image = { url: 'https://a.example/1.png' };

describe('a model of the market at the simulator', () => {
  it(
    'makes its video, with and without an image, and costs what was estimated',
    { timeout: 20_000 },
    async () => {
      const caller = app.as();
      const forms = kieModels.flatMap(({ id, requiresImages, imageUses }) => [
        ...(requiresImages ? [] : [{ model: id }]),
        ...('FIRST_FRAME' in imageUses ? [{ model: id, referenceImages: [image] }] : []),
      ]);
      const made = await Promise.all(forms.map((form) => caller.make('A ring turns', form)));
      const ended = await Promise.all(made.map(({ id }) => caller.untilStage(id, 'COMPLETED')));
      expect(ended.map(({ cost }) => cost)).toEqual(made.map(({ cost }) => ({ ...cost, settled: true })));
      expect(forms.length).toBeGreaterThan(35);
    },
  );

  it.each([
    ['a field that another model has', 'wan/2-7-text-to-video', { prompt: 'x', aspect_ratio: '16:9' }],
    ['a length as a number', 'kling-2.6/text-to-video', { duration: 5, sound: false, aspect_ratio: '1:1' }],
    ['a size in another spelling', 'wan/3-0-video', { prompt: 'x', resolution: '1080p' }],
    ['no switch that is required', 'kling-3.0/video', { prompt: 'x', duration: '5', mode: 'std' }],
    [
      'a frame and references',
      'bytedance/seedance-2',
      { first_frame_url: image.url, reference_image_urls: [image.url] },
    ],
    ['a last frame alone', 'bytedance/seedance-2', { last_frame_url: image.url }],
    ['too many references', 'bytedance/seedance-2', { reference_image_urls: Array(10).fill(image.url) }],
  ])('refuses %s, as its schema does', async (_what, model, input) => {
    const response = await fetch(`${app.simulator.url}/api/v1/jobs/createTask`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0' },
      body: JSON.stringify({ model, input: { prompt: 'A ring turns', ...input } }),
    });
    expect(await response.json()).toMatchObject({ code: 422, data: null });
  });
});
