import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createBody } from '../../../../src/providers/google/vertex/create-body.ts';
import { vertexModels } from '../../../../src/providers/google/vertex/models.ts';
import { chosenSettings, defaultSettings } from '../../../../src/domain/video-model.ts';
import type { SubmitRequest } from '../../../../src/providers/provider.ts';
import { parseCreate } from '../../../../src/providers/simulator/vertex/create-request.ts';
import { submitOf } from '../../../support/vertex-api.ts';

const image = (bytes: string, contentType = 'image/png') => ({
  kind: 'fetched' as const,
  contentType,
  sizeBytes: Buffer.byteLength(bytes),
  read: () => Readable.from([Buffer.from(bytes)]),
});
const inBody = (bytes: string, mimeType = 'image/png') => ({
  bytesBase64Encoded: Buffer.from(bytes).toString('base64'),
  mimeType,
});

async function bodyOf(
  more: Partial<SubmitRequest>,
  images: ReturnType<typeof image>[] = [],
): Promise<unknown> {
  const body = await createBody(submitOf(more), images);
  const sent = await text(Readable.from(body.read()));
  expect(Buffer.byteLength(sent)).toBe(body.sizeBytes);
  return JSON.parse(sent);
}

const parameters = {
  sampleCount: 1,
  aspectRatio: '16:9',
  durationSeconds: 8,
  resolution: '720p',
  generateAudio: true,
};

describe('the body of a create', () => {
  it('from text', async () => {
    expect(await bodyOf({})).toEqual({ instances: [{ prompt: 'A ring turns' }], parameters });
  });

  it('has every setting of the input, and the options', async () => {
    const seen = await bodyOf({
      aspectRatio: 'PORTRAIT_9_16',
      durationSeconds: 4,
      resolution: 'P2160',
      seed: 0,
      negativePrompt: 'blur',
      audio: false,
      providerOptions: { personGeneration: 'allow_adult', fps: 24 },
    });
    expect(seen).toEqual({
      instances: [{ prompt: 'A ring turns' }],
      parameters: {
        sampleCount: 1,
        aspectRatio: '9:16',
        durationSeconds: 4,
        resolution: '4k',
        seed: 0,
        negativePrompt: 'blur',
        generateAudio: false,
        personGeneration: 'allow_adult',
        fps: 24,
      },
    });
  });

  it.each<[SubmitRequest['imagesAs'], string[], object]>([
    ['FIRST_FRAME', ['a'], { image: inBody('a') }],
    ['FIRST_AND_LAST_FRAME', ['a', 'bb'], { image: inBody('a'), lastFrame: inBody('bb') }],
    [
      'REFERENCE',
      ['a', 'bb', 'ccc'],
      {
        referenceImages: ['a', 'bb', 'ccc'].map((bytes) => ({
          image: inBody(bytes),
          referenceType: 'asset',
        })),
      },
    ],
  ])('has images as %s, in their order', async (imagesAs, images, fields) => {
    expect(
      await bodyOf(
        { imagesAs },
        images.map((bytes) => image(bytes)),
      ),
    ).toEqual({
      instances: [{ prompt: 'A ring turns', ...fields }],
      parameters,
    });
  });

  it('of each allowed combination is one that Vertex accepts', async () => {
    let bodies = 0;
    for (const model of vertexModels) {
      for (const resolution of model.resolutions) {
        for (const [imagesAs, limits] of [['AUTO', null] as const, ...Object.entries(model.imageUses)]) {
          for (const durationSeconds of limits?.durations ?? model.durations) {
            for (const aspectRatio of limits?.aspectRatios ?? model.aspectRatios) {
              const use = imagesAs as SubmitRequest['imagesAs'];
              const images = Array.from({ length: limits?.max ?? 0 }, () => image('abc', 'image/webp'));
              const more = {
                model: model.id,
                resolution,
                durationSeconds,
                aspectRatio,
                imagesAs: use,
                seed: 7,
              };
              const body = await bodyOf({ ...more, negativePrompt: 'x', audio: false }, images);
              expect(parseCreate(model.id, body as Record<string, unknown>)).toMatchObject({
                kind: 'create',
              });
              bodies += 1;
            }
          }
        }
      }
    }
    expect(bodies).toBeGreaterThan(100);
  });
});

describe('the price of a video', () => {
  it.each([
    ['veo-3.1-generate-001', {}, 3.2],
    ['veo-3.1-generate-001', { resolution: 'P2160' as const, durationSeconds: 4 }, 2.4],
    ['veo-3.1-fast-generate-001', { durationSeconds: 6 }, 0.9],
    ['veo-3.1-lite-generate-001', { resolution: 'P1080' as const }, 0.64],
  ])('%s with %j is USD %d', (id, settings, usd) => {
    const model = vertexModels.find((one) => one.id === id);
    if (model === undefined) throw new Error(id);
    expect(model.price(chosenSettings(model, { ...defaultSettings, ...settings }))).toEqual({
      usd,
      credits: null,
    });
  });
});
