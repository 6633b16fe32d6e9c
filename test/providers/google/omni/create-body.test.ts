import { describe, expect, it } from 'vitest';
import { chosenSettings, defaultSettings, usesOf } from '../../../../src/domain/video-model.ts';
import { createBody } from '../../../../src/providers/google/omni/create-body.ts';
import { omniModels } from '../../../../src/providers/google/omni/models.ts';
import { parseCreate } from '../../../../src/providers/simulator/interactions/create-request.ts';
import type { SubmitRequest } from '../../../../src/providers/provider.ts';

const request: SubmitRequest = {
  model: 'gemini-omni-1.2-flash',
  prompt: 'a cat',
  images: [],
  imagesAs: 'AUTO',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'PORTRAIT_9_16',
  durationSeconds: 8,
  resolution: 'P720',
  seed: null,
  providerOptions: null,
  callbackUrl: null,
};
const imagesOf = (count: number) =>
  Array.from({ length: count }, () => ({ type: 'image', mime_type: 'image/png', data: 'AAAA' }));

describe('the body of a create of Omni', () => {
  it('is of a text alone', () => {
    expect(createBody(request, [])).toEqual({
      model: 'gemini-omni-1.2-flash',
      input: [{ type: 'text', text: 'a cat' }],
      background: true,
      store: true,
      response_format: {
        type: 'video',
        aspect_ratio: '9:16',
        resolution: '720p',
        duration: '8s',
        delivery: 'uri',
      },
      generation_config: { video_config: { task: 'text_to_video' } },
    });
  });

  it.each([
    ['FIRST_FRAME', 1, 'image_to_video', 'a cat'],
    ['REFERENCE', 3, 'reference_to_video', 'a cat'],
    [
      'FIRST_AND_LAST_FRAME',
      2,
      'image_to_video',
      '[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] a cat',
    ],
  ] as const)('has the images of %s before the text', (imagesAs, count, task, text) => {
    const images = imagesOf(count);
    expect(createBody({ ...request, imagesAs }, images)).toMatchObject({
      input: [...images, { type: 'text', text }],
      generation_config: { video_config: { task } },
    });
  });

  it('has the seed and the options of the caller, and nothing where no choice was made', () => {
    const body = createBody(
      {
        ...request,
        seed: 7,
        durationSeconds: null,
        resolution: null,
        providerOptions: { labels: { a: 'b' } },
      },
      [],
    );
    expect(body).toMatchObject({ labels: { a: 'b' }, generation_config: { seed: 7 } });
    expect(body['response_format']).toEqual({ type: 'video', aspect_ratio: '9:16', delivery: 'uri' });
  });

  it.each(omniModels)('is one that Google accepts, for everything that $id can do', (model) => {
    const uses = [['AUTO', { min: 0, max: 0 }] as const, ...usesOf(model)];
    const bodies = uses.flatMap(([imagesAs, { min, max, ...limits }]) =>
      [min, max].flatMap((count) =>
        model.aspectRatios.flatMap((aspectRatio) =>
          model.resolutions.flatMap((resolution) =>
            ('durations' in limits ? (limits.durations ?? model.durations) : model.durations).map(
              (durationSeconds) =>
                createBody(
                  {
                    ...request,
                    model: model.id,
                    imagesAs,
                    aspectRatio,
                    resolution,
                    durationSeconds,
                    seed: model.acceptsSeed ? 1 : null,
                  },
                  imagesOf(count),
                ),
            ),
          ),
        ),
      ),
    );
    expect(bodies.length).toBeGreaterThan(300);
    const refusals = bodies.map((body) => parseCreate(body)).filter(({ kind }) => kind === 'refused');
    expect(refusals).toEqual([]);
  });
});

describe('the models of Omni', () => {
  it.each([
    ['gemini-omni-1.2-flash', 'P720', 10, 0.7],
    ['gemini-omni-1.2-flash', 'P2160', 15, 3.15],
    ['gemini-omni-1.1-flash', 'P360', 3, 0.09],
  ] as const)('%s costs, at %s for %i s, %f USD', (id, resolution, durationSeconds, usd) => {
    const model = omniModels.find((each) => each.id === id);
    if (model === undefined) throw new Error(id);
    const settings = chosenSettings(model, { ...defaultSettings, resolution, durationSeconds });
    expect(model.price(settings)).toEqual({ usd, credits: null });
  });

  it('name the newer one as the successor of the older', () => {
    expect(omniModels.map(({ id, successor }) => [id, successor])).toEqual([
      ['gemini-omni-1.2-flash', null],
      ['gemini-omni-1.1-flash', 'gemini-omni-1.2-flash'],
    ]);
  });
});
